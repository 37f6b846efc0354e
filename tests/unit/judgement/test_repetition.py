"""Tool calls that repeat: which are a loop, and what breaks one."""

from typing import Any

from tests.unit.judgement.test_session import said
from workcell.judgement import repetition
from workcell.judgement.session import empty, fold

MOST = repetition.MOST
A_MINUTE = "2026-03-02T10:{:02d}:00.000Z"


def calls(names: str, first: int = 0, **more: Any) -> list[dict[str, Any]]:
    """One call for each letter: the same letter is the same call. Calls are a minute apart."""
    out = []
    for number, name in enumerate(names, start=first):
        out.append(
            said("tool.call", f"Bash: {name}", A_MINUTE.format(number % 60), call=f"c{number}", input=name, **more)
        )
    return out


def loop(*events: dict[str, Any]) -> dict[str, Any] | None:
    return repetition.loop(fold(empty(), [said("turn.started"), *events])["calls"])


def test_the_same_call_is_a_loop_once_it_came_more_often_than_the_limit() -> None:
    assert loop(*calls("a" * MOST)) is None
    found = loop(*calls("ba" + "a" * MOST))
    assert found is not None
    assert (found["times"], found["calls"], found["since"]) == (MOST + 1, 1, A_MINUTE.format(1))
    assert "Bash: a" in found["words"]


def test_two_or_three_calls_in_turn_are_a_loop() -> None:
    for cycle in ("ab", "abc"):
        assert loop(*calls(cycle * MOST)) is None
        found = loop(*calls(cycle * (MOST + 1)))
        assert found is not None and (found["times"], found["calls"]) == (MOST + 1, len(cycle))
    assert loop(*calls("abcd" * (MOST + 1))) is None


def test_another_call_a_new_turn_and_an_unknown_input_break_it() -> None:
    half = "a" * (MOST // 2 + 5)
    assert loop(*calls(half + "b"), *calls(half, 40)) is None
    assert loop(*calls(half), said("turn.completed", ok=True), said("turn.started"), *calls(half, 40)) is None
    assert loop(*calls(half), said("tool.call", "Bash: a", call="x"), *calls(half, 40)) is None
    assert loop(*calls(half), *calls(half, 40)) is not None


def test_one_call_that_two_records_tell_counts_once() -> None:
    twice = [one for call in calls("a" * (MOST - 5)) for one in (call, call)]
    assert loop(*twice) is None


def test_the_calls_of_sub_agents_do_not_count() -> None:
    assert loop(*calls("a" * (MOST + 5), side=True)) is None


def test_a_loop_keeps_its_name_while_it_goes_on() -> None:
    found = [loop(*calls("a" * (MOST + more))) for more in (1, 10)]
    assert found[0] is not None and found[1] is not None and found[0]["key"] == found[1]["key"]


def test_a_session_stored_before_calls_were_counted_is_read() -> None:
    old = empty()
    del old["calls"]
    assert repetition.loop(old.get("calls")) is None
    assert fold(old, calls("a"))["calls"]["recent"] == [["a", A_MINUTE.format(0)]]
