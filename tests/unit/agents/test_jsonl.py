"""A growing file of JSON lines is read piece by piece, each line once."""

from typing import Any

import pytest

from tests.unit.agents.test_records import CALL, TEXT, block, read, written
from workcell.agents import jsonl, long_line, registry
from workcell.agents.claude.agent import AGENT as claude
from workcell.agents.events import event
from workcell.agents.long_line import LongLine


@pytest.mark.parametrize("agent", ["claude", "codex"])
def test_a_line_not_yet_ended_waits_and_nothing_is_read_twice(agent: str) -> None:
    record = {"claude": block("m1", "a", 1, TEXT), "codex": {"type": "turn.started"}}[agent]
    data = written(record, record | {"uuid": "z"})
    state, found = jsonl.start("001"), []
    for cut in (10, len(data) // 2, len(data) - 1, len(data)):
        events, state = jsonl.consume(registry.load(agent), state, data[state["offset"] : cut], "t.jsonl")
        found += [event["id"] for event in events]
    assert state["offset"] == len(data)
    assert found == [event["id"] for event in read(agent, data)][: len(found)]
    assert len(found) == len(set(found))


def test_a_rotated_or_cut_file_is_read_from_its_beginning_and_gives_the_ids_it_had() -> None:
    data = written(block("m1", "a", 1, TEXT), block("m1", "b", 40, CALL))
    state = jsonl.follow(jsonl.start("001"), 7, len(data))
    first, state = jsonl.consume(claude, state, data, "t.jsonl")
    assert jsonl.follow(state, 7, len(data) + 5)["offset"] == len(data)
    for after in (jsonl.follow(state, 8, len(data)), jsonl.follow(state, 7, 3)):
        assert after["offset"] == 0
        again, _ = jsonl.consume(claude, after, data, "t.jsonl")
        assert [event["id"] for event in again] == [event["id"] for event in first]


@pytest.mark.parametrize("chunk", [1000, 1500, 4000])
def test_a_line_without_an_end_is_left_out_and_told(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1000)
    data = b'{"type":"user","pad":"' + b"x" * 5000 + b'"}\n' + written(block("m1", "a", 1, TEXT))
    state, found = jsonl.start("001"), []
    while state["offset"] < len(data):
        events, state = jsonl.consume(claude, state, data[state["offset"] : state["offset"] + chunk], "t.jsonl")
        found += events
    assert [event["type"] for event in found] == ["raw", "assistant.message"]


def test_the_long_texts_of_a_long_line_are_cut_and_its_event_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 1000)
    long = written(block("m1", "a", 1, {"type": "text", "text": "begins " + "x " * 3000}))
    data = long + written(block("m2", "b", 1, TEXT))
    found, state = jsonl.consume(claude, jsonl.start("001"), data, "t.jsonl")
    messages = [event for event in found if event["type"] == "assistant.message"]
    assert [event["data"].get("record_bytes") for event in messages] == [len(long) - 1, None]
    assert messages[0]["text"].startswith("begins x x") and state["offset"] == len(data)
    line = LongLine()
    line.feed(long)
    alone, after = jsonl.consume_long(claude, jsonl.start("001"), line, "t.jsonl")
    assert alone == [event for event in found if event["ref"]["offset"] == 0] and after["offset"] == len(long)
    monkeypatch.setattr(long_line, "LONGEST", 2000)
    found, state = jsonl.consume(claude, jsonl.start("001"), data, "t.jsonl")
    assert [event["type"] for event in found] == ["raw", "assistant.message"] and state["offset"] == len(data)


def test_a_last_line_without_its_end_is_read_when_no_more_will_come() -> None:
    data = written(block("m1", "a", 1, TEXT)).rstrip()
    found, state = jsonl.consume(claude, jsonl.start("001"), data, "t.jsonl")
    assert found == [] and state["offset"] == 0
    found, state = jsonl.consume(claude, state, data, "t.jsonl", final=True)
    assert [one["type"] for one in found] == ["assistant.message", "cost"] and state["offset"] == len(data)


@pytest.mark.parametrize(
    ("line", "types"), [(b'{"a": \n', ["raw"]), (b"plain words\n", []), (b"\n", []), (b"7\n", ["raw"])]
)
def test_a_line_that_is_no_record(line: bytes, types: list[str]) -> None:
    found, state = jsonl.consume(claude, jsonl.start("001"), line, "t.jsonl")
    assert [one["type"] for one in found] == (types if line[:1] == b"{" else [])
    assert state["bad"] == (1 if line.strip() else 0) and state["offset"] == len(line)


def test_the_records_of_a_list_are_read_one_by_one() -> None:
    line = b'[{"type": "brand-new"}, 7, {"type": "brand-new"}]\n'
    found, _ = jsonl.consume(claude, jsonl.start("001"), line, "t.jsonl")
    assert [one["type"] for one in found] == ["raw", "raw"] and found[0]["id"] != found[1]["id"]


def test_a_record_on_which_the_reader_fails_is_raw_and_the_next_one_is_read() -> None:
    class Records:
        def read(self, record: Any, memory: Any, where: Any) -> list[Any]:
            return [event("heartbeat", where, record["id"])]

        def close(self, memory: Any, where: Any) -> list[Any]:
            return []

    agent = type(claude)("parrot", "Parrot", claude.terminal, records=Records())  # type: ignore[arg-type]
    found, _ = jsonl.consume(agent, jsonl.start("001"), b'{"x": 1}\n{"id": "2"}\n', "t.jsonl")
    assert found[0]["text"] == "KeyError: 'id'" and found[0]["data"] == {"unreadable": True}
    assert found[1]["id"] == "parrot:2"


def test_the_state_that_was_given_is_not_changed() -> None:
    state = jsonl.start("001")
    jsonl.consume(claude, state, written(block("m1", "a", 1, TEXT)), "t.jsonl")
    assert state == jsonl.start("001")
