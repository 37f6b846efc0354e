"""Events as lines to read."""

import time

import pytest

from workcell.faces.cli import event_lines

AT = "2026-11-22T08:34:48.744Z"


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("NO_COLOR", "1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def shown(*events, width=80):
    lines = event_lines.Lines()
    return [line for n, event in enumerate(events, 1) for line in lines.of({"n": n, "at": AT, **event}, width)]


def test_a_heading_stands_where_another_attempt_begins():
    started = {"type": "attempt.started", "pid": 7}
    ended = {"type": "attempt.ended", "how": "reaped", "attempt": 1}
    lines = shown({**started, "attempt": 1}, ended, {**started, "attempt": 2})
    assert lines == [
        "attempt 1, 2026-11-22",
        "08:34:48  attempt started    pid 7",
        "08:34:48  attempt ended      by itself",
        "attempt 2, 2026-11-22",
        "08:34:48  attempt started    pid 7",
    ]


def test_an_event_of_an_agent_shows_its_words_and_nothing_that_is_for_programs():
    call = {"type": "tool.call", "text": "Bash: make\ntest", "source": "transcript", "confidence": 1.0, "turn": None}
    call |= {"ref": {"file": "agent.log"}, "data": {"tool": "Bash", "call": "t", "input": "ad76", "question": False}}
    assert shown(call)[-1] == "08:34:48  tool call          Bash: make test"
    result = {"type": "tool.result", "text": "no rule", "data": {"call": "t", "failed": True, "exit_code": 2}}
    assert shown(result)[-1] == "08:34:48  tool result        no rule · failed yes, exit code 2"
    files = {"type": "tool.call", "text": "Edit: a.py", "data": {"files": [{"path": "a.py"}]}}
    assert shown(files)[-1].endswith("Edit: a.py")


def test_what_a_run_ended_with_is_said_without_the_names_of_its_keys():
    ended = {"type": "run.ended", "outcome": "passed", "reason": "verify.sh ended with 0"}
    assert shown(ended)[-1] == "08:34:48  run ended          passed, verify.sh ended with 0"


def test_a_long_text_is_cut_and_fits_the_terminal():
    for width in (40, 80, 120):
        lines = shown({"type": "assistant.message", "text": "word " * 500}, width=width)
        assert all(len(line) <= width for line in lines) and len(" ".join(lines)) < 1600, width


def test_control_characters_do_not_reach_the_terminal():
    assert "\x1b" not in "".join(shown({"type": "annotation", "text": "a \x1b[2J b", "by": "person"}))
