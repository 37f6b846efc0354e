import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.agents import jsonl, registry
from workcell.agents.events import MAX_TEXT, Where
from workcell.judgement import activity, session
from workcell.rundir.vocabulary import AGENT_EVENTS, EVENT_SOURCES

AGENTS = st.sampled_from(registry.names())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = """
type subtype uuid message
content id text error data item payload result usage session_id sessionId status code
hook_event_name
tool_name tool_use_id tool_input prompt_id turn_id ordinal call_id output arguments info is_error
codex_error_info rate_limits retry_delay_ms attempt input timestamp parent_tool_use_id permission_denials
"""
KEYS = st.sampled_from(NAMES.split())
VALUES = """
system assistant user result init api_retry api_error text tool_use tool_result rate_limit_event cost-state
thread.started turn.started turn.completed turn.failed error item.started item.completed agent_message
command_execution session_meta event_msg response_item turn_context function_call function_call_output
token_count task_started task_complete item_completed UserMessage AgentMessage end_turn rejected
SessionStart PreToolUse PostToolUse PermissionRequest Notification Stop StopFailure SessionEnd
"""
WORDS = st.sampled_from(VALUES.split())
FIELDS = st.dictionaries(KEYS, WORDS | JSON, max_size=5)
INNER = st.builds(lambda kind, rest: {**rest, "type": kind}, WORDS, FIELDS)
RECORD = st.builds(
    lambda kind, rest, place, inner: {**rest, place: inner, "type": kind},
    WORDS,
    FIELDS,
    st.sampled_from(["payload", "item", "message", "error", "data", "extra"]),
    INNER | st.builds(lambda rest, inner: {**rest, "content": inner}, FIELDS, st.lists(INNER, max_size=3)),
)


def checked(events: list[dict[str, Any]]) -> None:
    for event in events:
        assert set(event) == {
            "id",
            "type",
            "source",
            "agent",
            "session",
            "parent",
            "agent_time",
            "turn",
            "confidence",
            "text",
            "ref",
            "data",
        }
        assert event["type"] in AGENT_EVENTS and event["source"] in EVENT_SOURCES
        assert len(event["text"]) <= MAX_TEXT and "\n" not in event["text"]
        json.dumps(event).encode()
        event["text"].encode()
    assert len({event["id"] for event in events}) == len(events)


@given(AGENTS, st.binary(max_size=400), st.sampled_from(["stream", "transcript"]))
def test_arbitrary_bytes(agent: str, data: bytes, kind: str) -> None:
    events, state = jsonl.consume(registry.load(agent), jsonl.start("1", kind), data, "f", final=True)
    checked(events)
    assert state["offset"] == len(data)


@settings(max_examples=40)
@given(AGENTS, st.lists(RECORD, max_size=12), st.sampled_from(["stream", "transcript"]))
def test_records_of_any_shape_never_stop_the_reader_and_fold_into_a_session(
    agent: str, records: list[dict[str, Any]], kind: str
) -> None:
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    events, state = jsonl.consume(registry.load(agent), jsonl.start("1", kind), data, "f", final=True)
    checked(events)
    assert len(json.dumps(state)) < 20_000
    folded = session.fold(session.empty(), events)
    json.dumps(folded)
    decided = activity.decide(activity.from_session(folded, "transcript", 1_800_000_000.0))
    assert 0 <= decided["confidence"] <= 1


@settings(max_examples=40)
@given(AGENTS, st.lists(RECORD, max_size=6), st.data())
def test_torn_anywhere_the_events_are_the_same(agent: str, records: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    at_once, _ = jsonl.consume(registry.load(agent), jsonl.start("1"), whole, "f")
    state, pieces = jsonl.start("1"), []
    for cut in [*sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5))), len(whole)]:
        events, state = jsonl.consume(registry.load(agent), state, whole[state["offset"] : cut], "f")
        state = json.loads(json.dumps(state))  # it lives in a file between two readings
        pieces += events
    seen: dict[str, dict[str, Any]] = {}
    for event in pieces:
        seen.setdefault(event["id"], event)
    assert list(seen.values()) == at_once


@settings(max_examples=40)
@given(AGENTS, st.lists(RECORD, min_size=1, max_size=6))
def test_a_replay_adds_nothing(agent: str, records: list[dict[str, Any]]) -> None:
    whole = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    first, _ = jsonl.consume(registry.load(agent), jsonl.start("1"), whole, "f")
    again, _ = jsonl.consume(registry.load(agent), jsonl.start("1"), whole, "f")
    assert [one["id"] for one in again] == [one["id"] for one in first]


@given(AGENTS, RECORD, st.text(max_size=20))
def test_hook_payloads_of_any_shape(agent: str, payload: dict[str, Any], name: str) -> None:
    where = Where(agent=agent, file=name, offset=0, scope="1")
    events = registry.load(agent).hook(payload, {}, where)
    for event in events:
        checked([event])


@pytest.mark.parametrize("agent", registry.names())
def test_memory_stays_small_over_a_session_of_ten_hours(agent: str) -> None:
    state, folded = jsonl.start("1"), session.empty()
    for hour in range(10):
        batch = []
        for number in range(500):
            name = f"{hour}-{number}"
            if agent == "claude":
                tool = {"type": "tool_use", "id": name, "name": "Bash", "input": {"command": "x" * 400}}
                batch.append({"type": "assistant", "uuid": name, "message": {"id": name, "content": [tool],
                              "usage": {"input_tokens": 1, "output_tokens": 1}}})  # fmt: skip
            else:
                call = {
                    "type": "function_call",
                    "name": "exec",
                    "call_id": name,
                    "arguments": json.dumps({"cmd": "x" * 400}),
                }
                batch.append(
                    {
                        "timestamp": name,
                        "ordinal": hour * 500 + number,
                        "type": "response_item",
                        "payload": call,
                    }
                )
        data = b"".join(json.dumps(record).encode() + b"\n" for record in batch)
        events, state = jsonl.consume(registry.load(agent), state, data, "f")
        folded = session.fold(folded, events)
    assert len(json.dumps(state)) < 10_000
    assert len(json.dumps(folded)) < 60_000
