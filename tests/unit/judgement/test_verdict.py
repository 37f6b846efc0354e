from typing import Any

import pytest

from tests.unit.judgement.test_session import said
from workcell.agents import registry, screens
from workcell.judgement import session, verdict
from workcell.playbooks import library

SIGNALS = library.signals(library.load()[0])
NOW = 1_772_445_600.0
BEGUN = said("turn.started")
CALL = said("tool.call", "Bash: make", call="c")
RETRY = said("retry", "529 Overloaded", status=529, error="overloaded", attempt=1, most=10)


def judged(*events: dict[str, Any], agent: str = "claude", kind: str = "stream", **more: Any) -> dict[str, Any]:
    record = {"file": "f", "kind": kind, "session": session.fold(session.empty(), events), "said_at": NOW}
    return verdict.judge({"agent": agent, "now": NOW, "records": [record], **more}, SIGNALS)


def frame(name: str, rows: list[str], agent: str) -> dict[str, Any]:
    return {"name": name, "rows": rows, "screen": screens.read(registry.load(agent), rows)}


def ended(code: int | None = None, how: str = "reaped", by: str | None = None) -> dict[str, Any]:
    return {"code": code, "signal": None, "how": how, "ended_by": by}


@pytest.mark.parametrize(
    ("events", "end", "expected"),
    [
        ([BEGUN], ended(None, "vanished"), "vanished"),
        ([BEGUN], ended(-9), "vanished"),
        ([BEGUN], ended(137), "vanished"),
        ([BEGUN, CALL], ended(-9), "vanished"),
        ([BEGUN], ended(3), "vanished"),
        ([BEGUN], ended(143, "limit-wall"), "stuck"),
        ([BEGUN], ended(143, "limit-idle"), "stuck"),
        ([BEGUN, CALL], ended(143, "limit-wall"), "unknown"),
        ([BEGUN, CALL, said("tool.result", call="c", failed=True)], ended(143, "limit-wall"), "unknown"),
        ([BEGUN, RETRY], ended(143, "limit-wall"), "server_error"),
        ([BEGUN], ended(None, "stopped"), "unknown"),
        ([], ended(None, "not-started"), "config_error"),
        ([BEGUN, CALL], None, "unknown"),
        (
            [BEGUN, said("assistant.message", "Done."), said("turn.completed", "Done.", ok=True)],
            ended(0),
            "ok",
        ),
        ([BEGUN, said("turn.completed", "", ok=False, reason="interrupted")], None, "partial"),
    ],
)
def test_how_it_ended_and_what_was_open(events: list[Any], end: dict[str, Any] | None, expected: str) -> None:
    assert judged(*events, exit=end)["verdict"] == expected


def test_a_failure_that_was_got_over_within_the_turn_does_not_name_the_last_one() -> None:
    first = said("error", "exceeded retry limit, last status: 429 Too Many Requests", status=429)
    last = said("error", "stream disconnected before completion: error sending request", final=True)
    found = judged(BEGUN, first, last, said("turn.completed", "", ok=False), agent="codex", exit=ended(1))
    assert found["verdict"] == "network"


def test_a_record_of_failure_beside_an_exit_code_of_success_is_no_alarm() -> None:
    failed = [
        BEGUN,
        said("error", "Credit balance is too low", error="billing_error", final=True),
        said("turn.completed", "Credit balance is too low", ok=False),
    ]
    assert judged(*failed, exit=ended(1))["verdict"] == "billing"
    assert judged(*failed, exit=ended(0))["verdict"] == "unknown"


def test_a_request_for_permission_that_the_hook_told_is_a_prompt_without_any_screen() -> None:
    found = judged(BEGUN, said("approval.requested", "Bash: rm -r x"), kind="hook")
    assert (found["verdict"], found["evidence"][0]["words"]) == ("prompt", "Bash: rm -r x")


def test_what_was_judged_is_kept_with_the_verdict() -> None:
    frames = [frame("now", ["hello"], "claude")]
    found = judged(BEGUN, RETRY, frames=frames, exit=ended(-15))
    assert found["judged"]["from"] == ["f", "now"]
    assert found["judged"]["screen"] == {"frame": "now", "kind": "page", "text": "hello"}
    assert found["judged"]["exit"]["code"] == -15
    assert found["judged"]["at"] == "2026-03-02T10:00:00.000Z"
    assert found["retrying"] is True


def test_of_two_signals_the_surer_one_decides_and_both_are_named() -> None:
    error = said(
        "error",
        "You've hit your weekly limit · resets Mar 5, 9am (UTC)",
        error="rate_limit",
        status=429,
        final=True,
    )
    found = judged(BEGUN, error, said("turn.completed", "", ok=False), exit=ended(1))
    assert found["verdict"] == "usage_limit"
    assert {"claude-hit-your-limit/1", "claude-rate-limit/1"} <= set(found["signals"])


@pytest.mark.parametrize(
    "name", ["Opus weekly", "Sonnet", "5-hour", "session", "usage", "weekly Opus", "monthly spend"]
)
def test_limits_of_other_names(name: str) -> None:
    error = said(
        "error",
        f"You've hit your {name} limit · resets 9pm (America/New_York)",
        error="rate_limit",
        final=True,
    )
    found = judged(BEGUN, error, said("turn.completed", "", ok=False), exit=ended(1))
    assert (found["verdict"], found["resets_zone"]) == ("usage_limit", "America/New_York")


def test_nothing_at_all_is_unknown() -> None:
    assert verdict.judge({"agent": "claude", "now": NOW}, SIGNALS)["verdict"] == "unknown"


def spinner(line: str, agent: str) -> list[str]:
    rule = "─" * 60
    if agent == "codex":
        return ["› Go", "", line, "", "› Ask Codex to do anything", "", "  m · /r"]
    return ["❯ Go", "", line, "", rule, "❯ ", rule, "  accept edits on · esc to interrupt"]


@pytest.mark.parametrize(
    ("agent", "first", "last", "expected"),
    [
        ("claude", "✽ Flowing… (10s · ↓ 3 tokens)", "✶ Musing… (6m 5s · ↓ 3 tokens)", "stuck"),
        ("claude", "✽ Flowing… (10s · ↓ 3 tokens)", "✶ Musing… (6m 5s · ↓ 9 tokens)", "unknown"),
        ("claude", "✽ Flowing… (10s · ↓ 3 tokens)", "✶ Musing… (40s · ↓ 3 tokens)", "unknown"),
        ("claude", "✽ Flowing… (10s)", "✶ Flowing… (6m 5s)", "unknown"),
        ("codex", "• Working (10s • esc to interrupt)", "• Working (6m 05s • esc to interrupt)", "unknown"),
    ],
)
def test_only_a_count_that_stands_still_for_long_is_stuck(agent: str, first: str, last: str, expected: str) -> None:
    frames = [frame(line, spinner(line, agent), agent) for line in (first, last)]
    assert verdict.judge({"agent": agent, "now": NOW, "frames": frames}, SIGNALS)["verdict"] == expected


def test_a_tool_that_runs_behind_the_spinner_is_no_stuck_agent() -> None:
    frames = []
    for line in ("✽ Flowing… (10s · ↓ 3 tokens)", "✽ Flowing… (9m 5s · ↓ 3 tokens)"):
        rows = spinner(line, "claude")
        frames.append(frame(line, [*rows[:2], "● Bash(make)", "  ⎿  Running…", "", *rows[2:]], "claude"))
    assert verdict.judge({"agent": "claude", "now": NOW, "frames": frames}, SIGNALS)["verdict"] == "unknown"


@pytest.mark.parametrize("words", ["", "Done.", "[API Error: 401 Incorrect API key provided]"])
def test_exit_0_of_a_program_without_a_reader_tells_nothing(words: str) -> None:
    plain = {"agent": "none", "now": NOW, "stdout": words, "exit": ended(0)}
    found = verdict.judge({**plain, "reader": False}, SIGNALS)
    assert (found["verdict"], found["confidence"]) == ("unknown", 0.0)
    assert verdict.judge(plain, SIGNALS)["verdict"] in ("ok", "partial")


def test_the_last_screen_of_a_program_without_a_reader_tells_no_good_end() -> None:
    rows = ["● All is well.", "", "✻ Worked for 3s", "─" * 60, "❯ ", "─" * 60, "  ? for shortcuts"]
    shown = {"agent": "claude", "now": NOW, "frames": [frame("agent.log", rows, "claude")], "exit": ended(0)}
    assert verdict.judge(shown, SIGNALS)["verdict"] == "ok"
    assert verdict.judge({**shown, "reader": False}, SIGNALS)["verdict"] == "unknown"


def test_an_exit_code_that_the_agent_is_known_for_counts_where_no_signal_fires() -> None:
    exits = {"codes": {75: {"verdict": "rate_limit", "confidence": 0.8, "words": "too many"}}, "noise": ["NOTE"]}
    assert judged(BEGUN, exit=ended(75), exits=exits)["verdict"] == "rate_limit"
    assert judged(BEGUN, exit=ended(76), exits=exits)["verdict"] == "vanished"
    assert judged(BEGUN, exit=ended(75))["verdict"] == "vanished"


def test_lines_that_the_agent_always_writes_are_no_words_of_a_failure() -> None:
    words, end = "NOTE: x\nERROR: You've hit your usage limit. Try again at 5pm.\nNOTE: y", ended(1)
    noisy = judged(agent="codex", exit=end, stderr=words)
    quiet = judged(agent="codex", exit=end, stderr=words, exits={"noise": ["NOTE"]})
    assert (noisy["verdict"], quiet["verdict"]) == ("unknown", "usage_limit")
