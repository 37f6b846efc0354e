"""What the records of an agent claim of the end of its attempt."""

from typing import Any

import pytest

from tests.unit.judgement.test_session import said
from workcell.judgement import record_claims, session
from workcell.judgement.case import Case
from workcell.playbooks import library

SIGNALS = library.signals(library.load()[0])
NOW = 1_772_445_600.0
BEGUN = said("turn.started")
DONE = said("turn.completed", "Done.", ok=True)


def claims(*events: dict[str, Any], kind: str = "transcript", code: int | None = None) -> list[dict[str, Any]]:
    material: Any = {"agent": "claude", "now": NOW}
    if code is not None:
        material["exit"] = {"code": code, "signal": None, "how": "reaped", "ended_by": None}
    case = Case(material, SIGNALS)
    folded: Any = session.fold(session.empty(), events)  # type: ignore[arg-type]
    record: Any = {"file": "f", "kind": kind, "session": folded, "said_at": NOW}
    record_claims.claim(case, record)
    return case.claims  # type: ignore[return-value]


def test_a_record_without_events_claims_nothing() -> None:
    assert claims() == []


@pytest.mark.parametrize(
    ("events", "says", "words"),
    [
        ([DONE], "ok", "it ended its turn: Done."),
        ([said("approval.resolved", "Bash", decision="denied"), DONE], "partial", "refused: Bash"),
        (
            [said("tool.result", call="c", failed=True, refused=True), DONE],
            "partial",
            "the sandbox refused what it tried last",
        ),
        ([said("turn.completed", "", ok=True)], "partial", "it ended its turn without a word"),
        ([said("turn.completed", "x", ok=True, empty=True)], "partial", "it ended its turn without a word"),
        ([said("turn.completed", "A?", ok=True, asks=True)], "partial", "it ended with a question: A?"),
        ([said("turn.completed", "x", ok=True, reason="max_tokens")], "partial", "it stopped: max_tokens"),
        ([said("turn.completed", "x", ok=False, reason="interrupted")], "partial", "a person interrupted it"),
        ([said("turn.completed", "strange", ok=False)], "unknown", "it failed: strange"),
    ],
)
def test_how_a_turn_ended(events: list[dict[str, Any]], says: str, words: str) -> None:
    [one] = claims(BEGUN, *events)
    assert (one["says"], one["words"], one["final"], one["file"]) == (says, words, True, "f")
    assert one["time"] == "2026-03-02T10:00:00.000Z" and one["kind"] == "transcript"


@pytest.mark.parametrize(
    ("events", "says", "words"),
    [
        ([said("session.exited", reason="prompt_input_exit")], "partial", "a person left in the middle of a turn"),
        ([said("session.exited", reason="logout")], "vanished", "the session ended (logout) in the middle of a turn"),
        ([], "unknown", "the turn is open"),
        ([said("tool.call", "Bash: make", call="c")], "unknown", "a tool runs: Bash: make"),
    ],
)
def test_a_turn_that_is_open(events: list[dict[str, Any]], says: str, words: str) -> None:
    [one] = claims(BEGUN, *events, kind="hook")
    assert (one["says"], one["words"], one["source"]) == (says, words, "hook") and "final" not in one


def test_an_approval_that_waits_is_claimed_beside_the_open_turn() -> None:
    asked, running = claims(BEGUN, said("approval.requested", "Bash: rm"))
    assert (asked["says"], asked["words"], running["says"]) == ("prompt", "Bash: rm", "unknown")


def test_a_failure_in_a_stream_counts_for_little_where_the_exit_code_is_0() -> None:
    failed = said("turn.completed", "no credit", ok=False)
    [one] = claims(BEGUN, failed, kind="stream", code=0)
    assert (one["says"], one["confidence"]) == ("unknown", 0.4) and "exit code" in one["words"]
    assert "failed" not in one and claims(BEGUN, failed, kind="stream", code=1)[0]["failed"] is True


OVER = {"status": 429, "error": "rate_limit", "final": True}
LIMIT = "You've hit your session limit · resets 7pm (UTC)"


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ([said("error", LIMIT, **OVER, resets_at=NOW + 60)], NOW + 60),
        (
            [
                said("error", LIMIT, **OVER),
                said("limit", status="rejected", resets_at=NOW + 90),
            ],
            NOW + 90,
        ),
        ([said("error", LIMIT, **OVER), said("limit", status="rejected", resets_in_seconds=30)], NOW + 30),
    ],
)
def test_a_field_tells_the_reset_before_words_do(more: list[dict[str, Any]], at: float) -> None:
    [one] = claims(BEGUN, *more, said("turn.completed", LIMIT, ok=False))
    assert one["says"] == "usage_limit" and one["reset"]["at"] == at and one["signals"]


def test_a_try_that_is_repeated_is_a_failure_that_the_program_works_on() -> None:
    [one] = claims(BEGUN, said("retry", "529 Overloaded", status=529, error="overloaded"))
    assert (one["says"], one["retrying"], one["final"]) == ("server_error", True, True)
