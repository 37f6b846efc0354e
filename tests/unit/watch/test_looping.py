"""An agent that repeats its calls while its tree does not change."""

import pytest

from tests.support.made_runs import WALL, MadeRun
from workcell.base import clock
from workcell.evidence import verdict
from workcell.judgement import repetition
from workcell.watch import looping

OLD = {"key": "k", "times": 30, "calls": 1, "since": clock.stamp(WALL + 1.0), "words": "w"}
UNTIMED = {**OLD, "since": None}


@pytest.fixture
def made(tmp_path):
    made = MadeRun(tmp_path / "run")
    tree = tmp_path / "tree"
    tree.mkdir()
    made.attempt["cwd"] = str(tree)
    return made


def find(made, loop, mine, state="working"):
    found = verdict.Live({"verdict": "ok", "confidence": 1.0, "signals": []}, {"state": state}, "e", None, None, loop)
    return looping.find(made.seen(), found, mine, made.now())


def test_a_loop_counts_while_the_agent_works_and_its_tree_is_unchanged(made):
    assert find(made, OLD, {}) == OLD
    mine = {"loop": {"key": "k", "times": 1, "at": 1.0}}
    assert find(made, OLD, mine, "idle") is None and mine == {}
    assert find(made, None, {}) is None


def test_a_tree_that_changed_since_is_no_loop(made):
    assert find(made, {**OLD, "since": clock.stamp(1.0)}, {}) is None


@pytest.mark.parametrize("loop", [UNTIMED, {**OLD, "since": "torn"}])
def test_without_times_it_has_to_go_round_again(made, loop):
    mine = {}
    made.seconds = 10.0
    assert find(made, loop, mine) is None and mine["loop"] == {"key": "k", "times": 30, "at": WALL + 10.0}
    assert find(made, {**loop, "times": 30 + repetition.MOST}, mine) is None
    assert find(made, {**loop, "times": 31 + repetition.MOST}, mine) is not None
    assert find(made, {**loop, "key": "other"}, mine) is None, "another loop begins anew"


def test_an_agent_without_records_repeats_nothing(made):
    assert not looping.read(made.seen())
