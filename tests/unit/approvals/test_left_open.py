"""The call with which an attempt ended, and a person's yes or no to it."""

import json
from pathlib import Path

import pytest

from workcell.approvals import decide, journal, left_open
from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout, look

KEY = "sk-ant-api03-" + "a1B2" * 20


def deferred(made, command="git push", call="t1", told="defer", attempt=1):
    """What the hook said to a call stands in the journal; the id of its line."""
    answer = decide.Answer("ask", "write", "rules/approvals.yaml:1", "a person pushes")
    return journal.intent(
        made.home, journal.line(journal.Decided("r", attempt, "Bash", {"command": command}, call, answer, told))
    )


def ended(made, *, turn="done", **end):
    """The last record of the agent says so."""
    made.captured(turn=turn, end={"id": None, "at": None, "text": "", **end} if end else None)
    path = Path(layout.attempt(made.run, 1), layout.CAPTURE)
    found = json.loads(path.read_text())
    session = found["sources"]["hook"]["session"]
    read = {"offset": 0, "inode": None, "memory": {}, "scope": "001", "kind": "stream", "skipping": False, "bad": 0}
    found["sources"]["stream"] = {"file": "agent.log", "copied": 0, "state": read, "session": session}
    path.write_text(json.dumps(found))


def call_of(made):
    return left_open.of_end(look.at(made.run), Cleaner())


def test_an_attempt_was_left_open_where_its_record_and_our_line_name_the_same_call(made_live):
    before = deferred(made_live)
    name = deferred(made_live)
    ended(made_live, deferred="t1")
    found = call_of(made_live)
    assert found["id"] == name != before, "the newest line counts"
    assert (found["tool"], found["words"], found["call"], found["risk"]) == ("Bash", "git push", "t1", "write")
    assert (found["rule"], found["why"]) == ("rules/approvals.yaml:1", "a person pushes")
    assert found["sha256"] == journal.fingerprint("Bash", {"command": "git push"})


@pytest.mark.parametrize(
    "line", [{"call": "t2"}, {"told": "deny"}, {"attempt": 2}, None], ids=["call", "told", "attempt", "no line"]
)
def test_a_call_that_our_hook_did_not_defer_in_this_attempt_is_not_asked_about(made_live, line):
    if line is not None:
        deferred(made_live, **line)
    ended(made_live, deferred="t1")
    assert call_of(made_live) is None


@pytest.mark.parametrize("end", [{}, {"deferred": None}, {"deferred": ""}, {"turn": "working", "deferred": "t1"}])
def test_an_attempt_that_ended_otherwise_was_not_left_open(made_live, end):
    deferred(made_live)
    ended(made_live, **end)
    assert call_of(made_live) is None


def test_without_records_nothing_was_left_open(made_live):
    deferred(made_live)
    assert call_of(made_live) is None


def test_the_words_are_one_line_without_secrets_and_not_too_long(made_live):
    deferred(made_live, f"curl -H 'x-api-key: {KEY}' a\nb " + "x" * 2000)
    ended(made_live, deferred="t1")
    words = call_of(made_live)["words"]
    assert KEY not in words and "\n" not in words
    assert len(words) == left_open.MOST_WORDS and words.endswith("…")


def test_the_first_decision_stands(made_live):
    seen = look.at(made_live.run)
    call = {"id": "d1", "tool": "Bash", "words": "git push", "sha256": "0", "call": "t1", "risk": "low"}
    assert left_open.decide(seen, call, "deny")["answer"] == "deny"
    assert left_open.decide(seen, call, "allow")["answer"] == "deny"
