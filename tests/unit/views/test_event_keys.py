"""The keys that an event gets for its readers."""

import pytest

from workcell.base.errors import Usage
from workcell.views.event_keys import Shown, checked, fits

AT = "2026-11-22T08:34:48.744Z"


def shown(*events):
    made = Shown("r")
    return [made.of({"n": n, "at": AT, **event}) for n, event in enumerate(events, 1)]


def test_the_keys_of_the_file_stay_and_the_others_are_added():
    (found,) = shown({"type": "tool.call", "agent_time": "2026-11-22T08:34:40Z", "data": {"tool": "Bash"}})
    assert (found["run"], found["kind"], found["type"]) == ("r", "tool.call", "tool.call")
    assert (found["observed_at"], found["at"]) == (AT, AT)
    assert found["created_at"] == found["agent_time"] == "2026-11-22T08:34:40Z" and found["data"] == {"tool": "Bash"}


def test_the_time_of_a_note_is_when_it_was_made_and_that_of_a_bare_event_is_not_known():
    note, started = shown({"type": "annotation", "time": "2026-11-22T08:00:00Z"}, {"type": "attempt.started"})
    assert note["created_at"] == "2026-11-22T08:00:00Z" and started["created_at"] is None


def test_the_kind_of_a_message_makes_room_for_that_of_the_event():
    (found,) = shown({"type": "message.accepted", "kind": "text", "source": "inbox"})
    assert (found["kind"], found["message_kind"], found["source"]) == ("message.accepted", "text", "message")


def test_sources_are_said_in_the_words_of_the_vocabulary():
    typed = {"type": "approval.resolved", "data": {"decision": "allowed", "through": "terminal"}}
    drawn = {"type": "status.changed", "source": "terminal", "data": {"from": "idle", "to": "approval"}}
    assert [one.get("source") for one in shown(typed, drawn, {"type": "run.ended"})] == ["input", "pty", None]


def test_what_a_program_calls_run_does_not_change_the_run():
    assert shown({"type": "note", "run": "another", "observed_at": "never"})[0]["run"] == "r"


def test_every_event_of_a_turn_has_its_turn():
    found = shown(
        {"type": "hook", "attempt": 1},
        {"type": "turn.started", "attempt": 1, "turn": "t1"},
        {"type": "status.changed", "attempt": 1},
        {"type": "tool.call", "attempt": 1, "turn": None},
        {"type": "annotation", "attempt": 2},
        {"type": "turn.completed", "attempt": 1, "turn": None},
        {"type": "heartbeat", "attempt": 1},
    )
    assert [one.get("turn") for one in found] == [None, "t1", "t1", "t1", None, "t1", None]


def test_a_turn_without_a_name_has_that_of_its_event_and_a_new_attempt_begins_without_one():
    found = shown(
        {"type": "turn.started", "attempt": 1, "id": "x"},
        {"type": "tool.call", "attempt": 1},
        {"type": "attempt.ended", "attempt": 1},
        {"type": "verify.started", "attempt": 1},
    )
    assert [one.get("turn") for one in found] == ["x", "x", None, None]


def test_a_word_stands_for_all_kinds_that_begin_with_it():
    assert checked(["tool", "error"]) == ("tool.call", "tool.result", "error")
    with pytest.raises(Usage, match="'tools' is no kind of event") as error:
        checked(["tools"])
    assert "tool.call" in error.value.hint


def test_what_people_and_agents_note_is_a_note_and_what_a_program_recorded_is_not():
    kept, own = {"type": "annotation", "text": "x"}, {"type": "annotation", "ref": {"file": "f"}}
    assert [fits({"note"}, one) for one in (kept, own, {"type": "note"}, {"type": "cost"})] == [
        True,
        False,
        True,
        False,
    ]
    assert all(fits(kinds, own) for kinds in ((), {"annotation"})) and fits({"annotation"}, kept)


def test_what_a_program_writes_in_place_of_names_and_numbers_says_nothing():
    made = Shown("r1")
    for wrong in ({}, [], 1.5, None):
        event = {
            "n": 1,
            "at": "2026-11-20T05:12:09.042Z",
            "type": "turn.started",
            "attempt": wrong,
            "turn": wrong,
            "source": wrong,
        }
        assert made.of(event)["turn"] == "1"
