"""What recover plans for a run in each state, and that it acts at once."""

import os

import pytest

from tests.support import frozen
from tests.support.made_runs import MadeRun
from workcell.base.errors import TryAgain
from workcell.rundir import heartbeat, locks, phase
from workcell.rundir.cell import Cell
from workcell.watch import findings, observe, recover


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def planned(home, name):
    return recover.recover(home, frozen.run_of(home, name), dry_run=True)


@pytest.mark.parametrize(
    ("name", "found", "steps", "why"),
    [
        ("frozen-two", None, [], "it is over: "),
        ("frozen-created", findings.START, ["start"], "it was made and never started"),
    ],
)
def test_the_plan_of_a_run_that_does_not_run(home, name, found, steps, why):
    plan = planned(home, name)
    assert (plan.found, plan.steps, plan.did) == (found, steps, [])
    assert plan.why.startswith(why)


def test_a_dry_run_changes_nothing(home):
    before = frozen.state(home)
    cell = Cell(home, {}, home)
    request = recover.Request(os.path.basename(frozen.run_of(home, "frozen-lost")), dry_run=True)
    assert recover.perform(cell, request).dry_run
    assert {key: value for key, value in frozen.state(home).items() if key in before} == before


def test_while_a_tick_is_at_work_it_is_to_be_tried_again(home):
    os.makedirs(heartbeat.directory(home), exist_ok=True)
    lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOCK))
    assert lock is not None
    try:
        with pytest.raises(TryAgain, match="a tick of the watchdog is at work"):
            recover.recover(home, frozen.run_of(home, "frozen-lost"), dry_run=False)
    finally:
        os.close(lock)


def test_a_run_that_is_over_is_left_alone(home):
    done = recover.recover(home, frozen.run_of(home, "frozen-two"), dry_run=False)
    assert done.did == [] and done.phase == phase.DONE


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path / "made")


def plan_of(made, seen):
    return recover._plan(made.home, seen, observe.Memory(made.home, made.now()))


def test_a_state_is_planned_by_the_playbook_that_speaks_of_it(made):
    plan = plan_of(made, made.seen(phase.ORPHANED))
    assert (plan.found, plan.playbook, plan.verdict) == (findings.ORPHAN, "orphan", None)
    assert plan.steps and plan.fits


@pytest.mark.parametrize("where", [phase.LOST, phase.INTERRUPTED])
def test_a_dead_run_is_settled(made, where):
    plan = plan_of(made, made.seen(where))
    assert (plan.found, plan.steps, plan.why) == (findings.SETTLE, ["settle"], recover.SETTLES)


def test_a_live_run_is_judged(made):
    plan = plan_of(made, made.seen())
    assert plan.why == "no playbook speaks of this"
    assert plan.verdict is not None and plan.verdict["verdict"] == "unknown"


def test_a_scheduled_run_says_what_it_waits_for(made):
    seen = made.seen(phase.SCHEDULED)
    assert plan_of(made, seen).why == "what follows is not on record"
    seen.next = {"how": "native", "reason": "usage limit", "playbook": "gone", "not_before": "2030-01-01T00:00:00.000Z"}
    plan = plan_of(made, seen)
    assert (plan.found, plan.playbook, plan.steps) == (findings.DUE, "gone", ["resume: native"])
    assert plan.why == "usage limit; not before 2030-01-01T00:00:00.000Z"
