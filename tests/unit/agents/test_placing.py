"""Session, turn and parent of events, from the records around them."""

from typing import Any

import pytest

from tests.support.agent_records import events
from workcell.agents import placing
from workcell.agents.events import Where, event

WHERE = Where(agent="parrot", file="f", offset=0, scope="1")


def made(*kinds: str | tuple[str, dict[str, Any]], memory: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Events of these kinds, placed; with a kind stand keys of it."""
    known: dict[str, Any] = {} if memory is None else memory
    found = []
    for number, one in enumerate(kinds):
        kind, more = one if isinstance(one, tuple) else (one, {})
        new = event(kind, WHERE, f"k{number}", **{key: more[key] for key in more if key != "turn"})  # type: ignore[arg-type]
        new["turn"] = more.get("turn")
        found += placing.place([new], known)
    return found


def test_all_between_the_begin_and_the_end_of_a_turn_has_its_name() -> None:
    found = made("raw", "turn.started", "user.prompt", "annotation", "tool.call", "turn.completed", "cost")
    names = [one["turn"] for one in found]
    assert names[0] is None and names[-1] is None and names[1] is not None
    assert set(names[1:-1]) == {names[1]}


def test_the_name_that_the_records_give_counts() -> None:
    found = made(("turn.started", {"turn": "t1"}), "tool.call", ("tool.result", {"turn": "t2"}), "heartbeat")
    assert [one["turn"] for one in found] == ["t1", "t1", "t2", "t1"]


def test_the_start_of_a_program_and_its_first_prompt_are_one_turn_and_the_next_prompt_is_another() -> None:
    found = made("turn.started", "turn.started", "assistant.message", "turn.started")
    names = [one["turn"] for one in found]
    assert names[0] == names[1] == names[2] != names[3]


def test_a_session_that_begins_anew_has_no_open_turn() -> None:
    assert made("turn.started", "session.started", "raw")[2]["turn"] is None


def test_session_and_the_call_of_a_result_are_named() -> None:
    found = made("tool.call", ("tool.result", {"call": "c1"}), memory={"session": "s1"})
    assert [one["session"] for one in found] == ["s1", "s1"]
    assert [one["parent"] for one in found] == [None, "parrot:call:c1"]


def test_the_open_turn_is_that_of_the_first_memory_that_has_one() -> None:
    one: dict[str, Any] = {}
    made(("turn.started", {"turn": "t1"}), memory=one)
    assert placing.open_turn(None, {}, one) == "t1" and placing.open_turn({}) is None
    bare = [event("raw", WHERE, "a"), {**event("raw", WHERE, "b"), "turn": "own"}]
    placing.adopt(bare, "t1")
    assert [event["turn"] for event in bare] == ["t1", "own"]


PROMPT = {"type": "user", "uuid": "p", "message": {"role": "user", "content": "do it"}}
CALL = {"type": "tool_use", "id": "t1", "name": "Task", "input": {"prompt": "look"}}


def claude(*content: dict[str, Any], stop: str | None = None, **more: Any) -> dict[str, Any]:
    message = {"id": str(content), "content": list(content), "stop_reason": stop}
    return {"type": "assistant", "uuid": str(content), "message": message, **more}


def test_what_a_sub_agent_does_has_its_call_as_parent() -> None:
    inner = claude({"type": "text", "text": "I look"}, parent_tool_use_id="t1")
    end = claude({"type": "text", "text": "done"}, stop="end_turn")
    found = events("claude", PROMPT, claude(CALL), inner, end, final=False)
    by_text = {one["text"]: one for one in found}
    assert by_text["I look"]["parent"] == by_text["Task: look"]["id"] == "claude:call:t1"
    assert len({one["turn"] for one in found}) == 1 and found[0]["turn"]


@pytest.mark.parametrize("kind", ["stream", "transcript"])
def test_a_second_reading_gives_the_same_turns(kind: str) -> None:
    records = (PROMPT, claude(CALL), claude({"type": "text", "text": "done"}, stop="end_turn"))
    assert events("claude", *records, kind=kind) == events("claude", *records, kind=kind)
