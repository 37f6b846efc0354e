from typing import Any

import pytest

from tests.unit.judgement.test_session import said
from workcell.base import clock
from workcell.judgement import activity
from workcell.judgement.evidence import item
from workcell.judgement.session import empty, fold

AT = "2026-03-02T10:00:00.000Z"
THEN = clock.parse(AT)
BEGUN = said("turn.started")


def doing(*events: dict[str, Any], source: str = "transcript", later: float = 5.0) -> dict[str, Any]:
    return activity.decide(activity.from_session(fold(empty(), events), source, THEN + later))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([BEGUN], "working"),
        ([BEGUN, said("tool.call", "Bash: make", call="c")], "working"),
        ([BEGUN, said("tool.call", "Which?", call="c", question=True)], "question"),
        ([BEGUN, said("approval.requested", "Bash: rm")], "approval"),
        ([BEGUN, said("approval.requested", "Which?", question=True)], "question"),
        ([BEGUN, said("retry", "529", delay_seconds=2)], "retrying"),
        ([BEGUN, said("turn.completed", "Done.", ok=True)], "idle"),
        ([BEGUN, said("turn.completed", "A or B?", ok=True, asks=True)], "question"),
        (
            [BEGUN, said("error", "limit", resets_at=THEN + 999), said("turn.completed", "limit", ok=False)],
            "limited",
        ),
        ([said("status.changed", status="idle")], "idle"),
        ([], "unknown"),
    ],
)
def test_each_activity_from_a_session(events: list[dict[str, Any]], state: str) -> None:
    assert doing(*events)["state"] == state


def test_silence_inside_an_open_tool_call_is_work_however_long() -> None:
    call = said("tool.call", "Bash: make test", call="c")
    soon, late = doing(BEGUN, call), doing(BEGUN, call, later=36_000)
    assert (late["state"], late["confidence"]) == ("working", soon["confidence"])


def test_a_retry_has_a_deadline_and_past_it_the_activity_is_unknown() -> None:
    retry = said("retry", "529 Overloaded", delay_seconds=30.0)
    assert doing(BEGUN, retry)["deadline"] == clock.stamp(THEN + 30 + activity.RETRY_GRACE)
    assert doing(BEGUN, retry, later=149)["state"] == "retrying"
    assert doing(BEGUN, retry, later=151)["state"] == "unknown"


def test_a_limit_is_over_at_its_reset() -> None:
    events = [BEGUN, said("error", "limit", resets_at=THEN + 100), said("turn.completed", "limit", ok=False)]
    assert doing(*events, later=99)["until"] == clock.stamp(THEN + 100)
    assert doing(*events, later=101)["state"] == "idle"


def test_a_dialog_on_the_screen_is_seen_though_the_transcript_only_knows_an_open_call() -> None:
    session = fold(empty(), [BEGUN, said("tool.call", "Bash: make", call="c")])
    dialog = {"kind": "dialog", "text": "", "question": "Do you want to proceed?", "keys": "Esc to cancel"}
    items = [*activity.from_session(session, "transcript", THEN), *activity.from_screen(dialog)]
    found = activity.decide(items)
    assert found["state"] == "approval"
    assert {one["says"] for one in found["evidence"]} == {"working", "approval"}


def test_a_conflict_lowers_confidence_and_is_never_dropped() -> None:
    hook = item("hook", "idle", 0.9, "Stop")
    alone, against = (
        activity.decide([hook]),
        activity.decide([hook, item("terminal", "working", 0.75, "spinner")]),
    )
    along = activity.decide([hook, item("terminal", "idle", 0.6, "composer")])
    assert along["confidence"] > alone["confidence"] > against["confidence"]
    assert against["state"] == "idle" and len(against["evidence"]) == 2


def test_of_sure_witnesses_the_higher_rank_decides_and_an_unsure_one_yields_to_a_sure_one() -> None:
    hook, screen = item("hook", "approval", 0.95, "request"), item("terminal", "idle", 0.95, "composer")
    assert activity.decide([screen, hook])["state"] == "approval"
    unsure = item("transcript", "working", 0.6, "the turn is open")
    assert activity.decide([unsure, item("terminal", "question", 0.85, "dialog")])["state"] == "question"


def test_unsure_contradictions_are_unknown() -> None:
    items = [
        item("terminal", "working", 0.5, "a"),
        item("transcript", "approval", 0.5, "b"),
        item("hook", "limited", 0.5, "c"),
    ]
    assert activity.decide(items)["state"] == "unknown"


def test_what_the_locks_say_is_not_overruled() -> None:
    items = [
        item("locks", "unknown", 1.0, "its exit is sealed"),
        item("terminal", "working", 0.75, "spinner"),
    ]
    assert activity.decide(items)["state"] == "unknown"


def test_a_hook_that_saw_a_failure_yields_to_a_transcript_that_knows_the_limit() -> None:
    failed = fold(
        empty(),
        [BEGUN, said("error", "limit", error="rate_limit"), said("turn.completed", "limit", ok=False)],
    )
    known = fold(
        empty(),
        [BEGUN, said("error", "limit", resets_at=THEN + 999), said("turn.completed", "limit", ok=False)],
    )
    items = [*activity.from_session(failed, "hook", THEN), *activity.from_session(known, "transcript", THEN)]
    found = activity.decide(items)
    assert (found["state"], found["confidence"]) == ("limited", 0.9)


def test_a_witness_that_sees_less_does_not_contradict() -> None:
    screen, transcript = (
        item("terminal", "retrying", 0.8, "retrying"),
        item("transcript", "working", 0.6, "open"),
    )
    assert activity.decide([screen, transcript])["confidence"] == 0.8


def test_a_spinner_shows_that_an_approval_was_given_and_a_question_is_left_alone() -> None:
    asked = activity.from_session(fold(empty(), [BEGUN, said("approval.requested", "Bash: rm")]), "hook", THEN)
    question = activity.from_session(
        fold(empty(), [BEGUN, said("approval.requested", "Which?", question=True)]), "hook", THEN
    )
    assert activity.without_answered(asked, {"kind": "busy", "text": ""}, THEN + 60) == []
    assert activity.without_answered(question, {"kind": "busy", "text": ""}, THEN + 60) == question
    drawn = THEN + activity.UNDRAWN
    assert activity.without_answered(asked, {"kind": "busy", "text": ""}, drawn - 0.1) == asked, "its dialog is to come"
    for kind in ("dialog", "idle", "page", "unknown"):
        assert activity.without_answered(asked, {"kind": kind, "text": ""}, THEN + 60) == asked
