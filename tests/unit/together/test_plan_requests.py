"""The operations of plans."""

import os

import pytest

from tests.support import launched_plans
from tests.support.lab import eventually
from tests.support.launched_plans import cell, show, written
from workcell.base.errors import NotFound, Refused, TryAgain, Usage
from workcell.rundir import acks, find, look, phase, plans
from workcell.together import plan_requests as op
from workcell.trust import access


@pytest.fixture(autouse=True)
def shell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def planned(lab, *entries, **more):
    return launched_plans.launch(lab, written(lab, *entries), **more)


def states(lab, plan):
    return {row.name: row.state for row in show(lab, plan).entries}


def test_a_dry_run_says_the_order_and_makes_nothing(lab):
    for name in "abc":
        lab.brief("true", name=name)
    found = planned(lab, "brief: a.md", "brief: b.md, needs: a", "brief: c.md, needs: [a, b]", dry_run=True)
    assert found.order == [["a"], ["b"], ["c"]] and len(found.runs) == 3
    assert not os.path.isdir(lab.home) or not plans.ids_of(lab.home)


def test_a_plan_can_neither_be_prepared_nor_named(lab):
    lab.brief("true", name="a")
    with pytest.raises(Usage, match="starts its runs by itself"):
        planned(lab, "brief: a.md, when: ended", prepare=True)


def test_a_watch_is_kept_with_the_plan_and_is_refused_outside_of_a_run(lab):
    lab.brief("true", name="a")
    with pytest.raises(Refused, match="not called from inside"):
        planned(lab, "brief: a.md, when: ended", watch=True)
    assert not plans.ids_of(lab.home)


def test_a_stop_ends_what_lives_and_nothing_of_the_plan_is_started_again(lab):
    lab.brief("sleep 60", name="a")
    lab.brief("true", name="b")
    done = planned(lab, "brief: a.md", "brief: b.md, needs: a, worktree: true")
    assert (done.state, done.live) == ("running", 1)
    over = op.perform_stop(cell(lab), op.StopRequest("night", 0.0))
    assert over.state == "stopped" and {row.name: row.state for row in over.entries} == {"a": "stopped", "b": "stopped"}
    assert look.at(find.path_of(lab.home, over.entries[0].run)).outcome == "stopped"
    with pytest.raises(Refused, match="was stopped") as caught:
        op.perform_retry(cell(lab), op.RetryRequest("night"))
    assert "--again" in str(caught.value.hint) and show(lab, "night").cure == caught.value.hint


def test_a_stop_beside_another_process_says_who_is_still_to_do_it(lab, monkeypatch):
    lab.brief("sleep 60", name="a")
    done = planned(lab, "brief: a.md, when: ended")
    lock = plans.take(lab.home, done.plan, 5.0)
    monkeypatch.setattr(op, "PATIENCE", 0.1)
    with pytest.raises(TryAgain, match="starts nothing any more") as caught:
        op.perform_stop(cell(lab), op.StopRequest("night", 0.0))
    assert caught.value.hint == f"workcell plan show {done.plan}" and plans.stopped(lab.home, done.plan)
    os.close(lock)
    assert op.perform_stop(cell(lab), op.StopRequest("night", 0.0)).state == "stopped"


def test_a_retry_makes_a_new_run_and_what_was_skipped_follows(lab):
    lab.brief("test -e $MARKS/go", name="a")
    lab.brief("true", name="b")
    plan = planned(lab, "brief: a.md, verify: test -e $MARKS/go", "brief: b.md, needs: a").plan
    eventually(lambda: show(lab, plan).state == "failed", what="the plan has failed")
    assert states(lab, plan) == {"a": "failed", "b": "skipped"}
    with pytest.raises(Usage, match="no entry 'x'"):
        op.perform_retry(cell(lab), op.RetryRequest(plan, ("x",)))
    open(os.path.join(lab.marks, "go"), "w").close()
    eventually(lambda: not plans.held(lab.home, plan))
    assert show(lab, plan).cure == f"workcell plan retry {plan}"
    [old] = show(lab, plan).entries[0].runs
    assert not acks.stands(lab.home, old, 1)
    op.perform_retry(cell(lab), op.RetryRequest(plan))
    assert acks.stands(lab.home, old, 1), "it needs no person any more"
    eventually(lambda: show(lab, plan).state == "passed", what="the plan has passed")
    assert [len(row.runs) for row in show(lab, plan).entries] == [2, 1] and show(lab, plan).cure is None
    with pytest.raises(Refused, match="nothing of"):
        op.perform_retry(cell(lab), op.RetryRequest(plan))
    with pytest.raises(Refused, match="is passed"):
        op.perform_retry(cell(lab), op.RetryRequest(plan, ("a",)))


def test_plans_are_listed_and_one_that_cannot_be_read_is_told(lab):
    lab.brief("true", name="a")
    plan = planned(lab, "brief: a.md, when: ended").plan
    os.mkdir(plans.directory(lab.home, "20261120-0512-torn-7f3a"))
    eventually(lambda: show(lab, plan).state == "passed")
    rows = {row.name: row for row in op.perform_ls(cell(lab), op.ListRequest()).plans}
    assert rows["night"].state == "passed" and rows["night"].entries == {"passed": 1}
    assert rows["20261120-0512-torn-7f3a"].problem
    with pytest.raises(NotFound):
        show(lab, "nothing")


def test_from_inside_only_plans_of_the_run_itself_are_in_reach(lab):
    lab.brief("sleep 60", name="a")
    plan = planned(lab, "brief: a.md, when: ended").plan
    run = find.path_of(lab.home, show(lab, plan).entries[0].run)
    lab.phase(run, phase.RUNNING)
    inside = cell(lab, ask_caller=lambda: access.Caller(lab.home, (run,), 1))
    with pytest.raises(Refused, match="reaches only plans that this run launched"):
        op.perform_stop(inside, op.StopRequest(plan))
    assert show(lab, plan).state == "running"
