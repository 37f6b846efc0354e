"""Which runs a plan still needs."""

from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.rundir import plans
from workcell.together import plan_advance
from workcell.views import plan_takes

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def hands(tmp_path):
    entries = (
        made.entry("a"),
        made.entry("b"),
        made.entry("c", "a", "b", base="a", race=["claude", "codex"]),
        made.entry("d", "c", base="c", merge=["b"]),
    )
    hands = made.FakeHands(made.home_of(tmp_path, made.record(*entries, max_live=1)))
    plan_advance.advance(hands.home, ID, hands)
    return hands


def needed(hands):
    return {run: taken.by for run, taken in plan_takes.of_home(hands.home).items()}


def test_work_is_needed_until_all_that_start_with_it_are_started(hands):
    a = hands.run_of("a")
    assert needed(hands) == {a: "c"}
    for name in ("a", "b"):
        made.end(hands.home, hands.run_of(name), "passed")
        plan_advance.advance(hands.home, ID, hands)
    b = hands.run_of("b")
    assert hands.names() == ["a", "b", "c"], "one lane of the race waits for room"
    assert needed(hands) == {a: "c", b: "d", hands.run_of("c", "claude"): "d"}
    made.end(hands.home, hands.run_of("c", "claude"), "passed")
    plan_advance.advance(hands.home, ID, hands)
    assert needed(hands) == {}


def test_an_end_that_is_not_on_record_is_read_from_the_run(tmp_path):
    hands = made.FakeHands(made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a"))))
    plan_advance.advance(hands.home, ID, hands)
    made.end(hands.home, hands.run_of("a"), "passed")
    assert needed(hands) == {hands.run_of("a"): None}
    assert plan_advance.note_ends(hands.home, ID, 0.0)
    assert needed(hands) == {} and hands.names() == ["a"], "nothing is started"


def test_of_a_plan_that_is_over_gone_or_not_to_be_read_nothing_is_needed(hands):
    assert plan_takes.of_plan(hands.home, "20261120-0512-gone-7f3a") == {}
    assert list(plan_takes.of_plan(hands.home, ID))
    plans.mark(hands.home, ID, over=True)
    assert plan_takes.of_plan(hands.home, ID) == {}
    plans.mark(hands.home, ID, over=False)
    Path(plans.directory(hands.home, ID), plans.PLAN).write_text("{")
    assert plan_takes.of_home(hands.home) == {}
