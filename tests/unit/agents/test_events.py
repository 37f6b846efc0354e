"""Events, and the values that are read from records of any form."""

import math
from typing import Any

import pytest

from workcell.agents import events as e
from workcell.agents.events import Record, Where

WHERE = Where(agent="parrot", file="f", offset=7, scope="run/1")


def test_an_event_without_a_key_is_named_by_its_place_and_one_with_a_key_by_that() -> None:
    names = [
        e.event("heartbeat", WHERE, None)["id"],
        e.event("heartbeat", Where(agent="parrot", file="f", offset=8, scope="run/1"), None)["id"],
        e.event("heartbeat", Where(agent="parrot", file="f", offset=7, scope="run/2"), None)["id"],
        e.event("heartbeat", Where(agent="parrot", file="f", offset=7, scope="run/1", part=1), None)["id"],
        e.event("raw", WHERE, None)["id"],
    ]
    assert len(set(names)) == 5
    assert e.event("heartbeat", WHERE, None)["id"] == names[0]
    assert e.event("heartbeat", WHERE, "k")["id"] == "parrot:k"


def test_an_event_has_its_place_and_leaves_out_what_is_not_known() -> None:
    made = e.event("tool.call", WHERE, "k", "a\n b", at="now", turn="t", tool="Bash", call=None)
    assert made == {
        "id": "parrot:k",
        "type": "tool.call",
        "source": "transcript",
        "agent": "parrot",
        "session": None,
        "parent": None,
        "agent_time": "now",
        "turn": "t",
        "confidence": 1.0,
        "text": "a b",
        "ref": {"file": "f", "offset": 7},
        "data": {"tool": "Bash"},
    }


def test_the_events_of_a_record_share_its_time_turn_key_and_data() -> None:
    this = Record({}, {}, WHERE, "now", "t", "r1", {"hook": "Stop"})
    first, second = this.event("heartbeat"), this.event("heartbeat", part="b", hook="Own")
    assert (first["id"], second["id"]) == ("parrot:r1", "parrot:r1:b")
    assert (first["agent_time"], first["turn"], first["data"]) == ("now", "t", {"hook": "Stop"})
    assert second["data"] == {"hook": "Own"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (7, "7"),
        ("a \n\t b", "a b"),
        ("a\x1b[31mb", "a[31mb"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        (" " * 100 + "x", "…"),
    ],
)
def test_a_short_text_is_one_line_of_bounded_length(value: Any, text: str) -> None:
    assert e.short(value, 10) == text


@pytest.mark.parametrize("value", [True, "7", None, math.inf, math.nan, 1e16])
def test_what_is_no_number(value: Any) -> None:
    assert e.number(value) is None and e.count(value) == 0


def test_values_of_another_form_are_read_as_nothing() -> None:
    assert (e.text(7), e.mapping([]), e.items({}), e.count(-3), e.count(2.9)) == (None, {}, [], 0, 2)


def test_two_calls_have_one_hash_where_tool_and_input_are_the_same() -> None:
    same = e.input_hash("Bash", {"a": 1, "b": 2})
    assert same == e.input_hash("Bash", {"b": 2, "a": 1})
    assert len({same, e.input_hash("Read", {"a": 1, "b": 2}), e.input_hash("Bash", {"a": 1})}) == 3
    assert e.input_hash("Bash", None) is None
    endless: list[Any] = []
    endless.append(endless)
    assert e.input_hash("Bash", endless) is None


def test_the_newest_entries_are_remembered() -> None:
    memory: dict[str, Any] = {}
    for key in ("a", "b", "a", "c"):
        e.remember(memory, "told", key, 1, 2)
    assert list(memory["told"]) == ["a", "c"]


@pytest.mark.parametrize("record", [{"isSidechain": True}, {"parent_tool_use_id": "c"}, {"agent_id": "x"}])
def test_a_record_of_a_sub_agent_in_each_of_its_forms(record: dict[str, Any]) -> None:
    assert e.side(record) is True
    assert e.side({"isSidechain": "yes", "agent_id": ""}) is None
