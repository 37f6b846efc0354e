"""Waiting for plans: also for the runs of them that are still to start."""

import os

import pytest

from tests.support import launched_plans
from tests.support.launched_plans import cell, written
from workcell.base.errors import NoSuchRun, Refused, TimedOut
from workcell.launch import wait
from workcell.rundir import find
from workcell.together import plan_requests
from workcell.trust import access


@pytest.fixture(autouse=True)
def shell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def planned(lab, *entries):
    return launched_plans.launch(lab, written(lab, *entries)).plan


def waited(lab, *words, **more):
    return wait.perform(cell(lab), wait.Request(words, **{"timeout": 60.0, **more}))


def test_a_group_is_waited_for_until_its_plan_is_over(lab):
    for name in "abc":
        lab.brief("true", name=name)
    plan = planned(lab, "brief: a.md", "brief: b.md, needs: a", "brief: c.md, needs: b")
    found = waited(lab, group="night")
    assert found.met and [run.state for run in found.runs] == ["passed"] * 3
    [row] = found.plans
    assert (row.id, row.state, row.entries, row.needs) == (plan, "passed", {"passed": 3}, None)
    assert waited(lab, plan).met and waited(lab, "night").plans == found.plans


def test_a_plan_that_needs_a_person_ends_the_wait_and_is_not_met(lab):
    lab.brief("echo x > new.txt", name="a", verify="true")
    lab.brief("true", name="b")
    plan = planned(lab, "brief: a.md, worktree: true", "brief: b.md, base: a")
    found = waited(lab, group="night")
    assert not found.met and [run.state for run in found.runs] == ["passed"]
    [row] = found.plans
    assert row.state == "blocked" and row.needs["command"] == f"workcell plan retry {plan} b"
    assert waited(lab, "night", wanted="attention").met


def test_what_a_plan_has_launched_anew_does_not_count_against_it(lab):
    lab.brief("true", name="a")
    planned(lab, "brief: a.md, verify: test -e $MARKS/go, when: ended")
    assert not waited(lab, "night").met
    open(os.path.join(lab.marks, "go"), "w").close()
    plan_requests.perform_retry(cell(lab), plan_requests.RetryRequest("night"))
    found = waited(lab, group="night")
    assert found.met and sorted(run.state for run in found.runs) == ["failed", "passed"]


def test_giving_up_names_the_plan_and_no_run_of_a_plan_waits_for_it(lab):
    lab.brief("exec sleep 600", name="a")
    plan = planned(lab, "brief: a.md, when: ended")
    with pytest.raises(TimedOut, match=rf"{plan} is running") as caught:
        waited(lab, "night", timeout=0.2)
    assert caught.value.hint.startswith("workcell status ")
    with pytest.raises(NoSuchRun):
        waited(lab, "nigh")
    [row] = launched_plans.show(lab, "night").entries
    inside = cell(lab, ask_caller=lambda: access.Caller(lab.home, (find.path_of(lab.home, row.run),), 1))
    with pytest.raises(Refused, match="would wait for itself"):
        wait.perform(inside, wait.Request(("night",)))
