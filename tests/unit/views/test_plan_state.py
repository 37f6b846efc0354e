"""How a plan stands, from its record and its runs."""

import shutil
from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.base.errors import Invalid, NotFound
from workcell.rundir import ledger, plans
from workcell.together import plan_advance
from workcell.views import plan_state

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def bench(tmp_path):
    home = made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a"), budget_usd=10.0))
    hands = made.FakeHands(home)
    plan_advance.advance(home, ID, hands)
    return hands


def read(bench):
    return plan_state.read(bench.home, ID)


def test_a_living_run_is_counted_with_what_it_may_cost(bench):
    known = read(bench).known
    assert (known.live, known.spent, known.reserved) == ((bench.run_of("a"),), 0.0, 5.0)


def test_an_end_is_on_record_once_and_stays_when_the_run_is_removed(bench):
    run = bench.run_of("a")
    made.end(bench.home, run, "failed", cost=2.5)
    assert len(read(bench).ends) == 1 and read(bench).known.spent == 2.5
    plan_advance.advance(bench.home, ID, bench)
    assert read(bench).ends == []
    shutil.rmtree(Path(bench.home, "runs", run))
    Path(ledger.ended_path(str(Path(bench.home, "runs", run)))).unlink()
    assert (read(bench).verdict().states["a"], read(bench).known.spent) == ("failed", 2.5)


def test_a_run_that_was_removed_before_its_end_was_seen_is_gone(bench):
    shutil.rmtree(Path(bench.home, "runs", bench.run_of("a")))
    assert read(bench).verdict().states == {"a": "gone", "b": "skipped"}


def test_a_run_that_is_resumed_lives_again_and_what_needs_it_waits_for_it(bench):
    run = bench.run_of("a")
    made.end(bench.home, run, "failed")
    plan_advance.advance(bench.home, ID, bench)
    assert read(bench).verdict().over
    Path(ledger.ended_path(str(Path(bench.home, "runs", run)))).unlink()
    Path(bench.home, "runs", run, "attempts", "001", "result.json").unlink()
    assert read(bench).verdict().states == {"a": "running", "b": "waiting"}
    made.end(bench.home, run, "passed")
    plan_advance.advance(bench.home, ID, bench)
    assert bench.names() == ["a", "b"]


def test_a_retry_forgets_the_run_and_keeps_its_cost(bench):
    made.end(bench.home, bench.run_of("a"), "failed", cost=2.5)
    plan_advance.advance(bench.home, ID, bench)
    state = read(bench)
    plans.append(bench.home, ID, state.lines, {"n": 0, "at": "", "act": "retry", "entries": ["a"], "budget_usd": 20.0})
    again = read(bench)
    assert (again.verdict().states["a"], again.known.spent, again.rules.budget) == ("waiting", 2.5, 20.0)
    assert len(again.runs["a", ""]) == 1 and again.newest("a") is None


def test_the_tick_starts_nothing_for_a_plan_that_only_waits(bench):
    plans.take_change(bench.home, ID)
    assert not plan_state.is_open(bench.home, ID)
    made.end(bench.home, bench.run_of("a"), "passed")
    assert plan_state.is_open(bench.home, ID)


def test_a_plan_that_cannot_be_read_is_told(bench):
    with pytest.raises(NotFound):
        plan_state.read(bench.home, "20261120-0512-none-7f3a")
    Path(plans.directory(bench.home, ID), "plan.json").write_text("{")
    with pytest.raises(Invalid, match="cannot be read"):
        read(bench)
