"""A run that is launched inside another: its limits and grants are those of its parent at most."""

import os
from pathlib import Path

import pytest

from tests.support import lab as labs
from workcell.base.errors import Refused
from workcell.launch import children, plan, requests
from workcell.launch.options import Options
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.trust import access

LIMITS = "limits: {wall: 1h, attempts: 3, cost: 5}\n"


@pytest.fixture
def parent(lab, monkeypatch):
    """A prepared run with limits."""
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    asked = requests.LaunchRequest(
        (lab.brief(name="parent", extra=LIMITS),), repo=lab.repo, no_window=True, prepare=True
    )
    return requests.perform_launch(Cell(lab.home, lab.env(), lab.repo), asked).dir


def inside(lab, run, *may):
    return access.Caller(lab.home, (run,), 1, frozenset(may))


def planned(lab, extra=""):
    return plan.make(lab.brief(name="child", extra=extra), Options(repo=lab.repo, shell=os.environ), lab.home)


def test_outside_nothing_is_narrowed(lab, parent):
    made = planned(lab)
    before = dict(made.limits)
    children.narrow(made, access.OUTSIDE)
    assert made.limits == before and children.parent(access.OUTSIDE) is None


def test_limits_that_the_brief_leaves_open_are_those_of_the_parent(lab, parent):
    made = planned(lab)
    caller = inside(lab, parent)
    children.narrow(made, caller)
    assert (made.limits["wall_seconds"], made.limits["attempts"], made.limits["cost_usd"]) == (3600.0, 3, 5.0)
    assert made.origins["limits.wall"] == f"run {caller.id}"
    assert children.parent(caller) == {"run": caller.id, "attempt": 1}


def test_a_smaller_limit_stays_and_a_larger_one_is_refused(lab, parent):
    made = planned(lab, "limits: {wall: 10m}\n")
    children.narrow(made, inside(lab, parent))
    assert made.limits["wall_seconds"] == 600.0
    with pytest.raises(Refused, match="is above that of the run around it"):
        children.narrow(planned(lab, "limits: {wall: 2h}\n"), inside(lab, parent))


def test_with_a_grant_to_launch_limits_are_its_own(lab, parent):
    made = planned(lab, "limits: {wall: 2h}\n")
    children.narrow(made, inside(lab, parent, "launch"))
    assert made.limits["wall_seconds"] == 7200.0


def test_a_grant_that_the_parent_does_not_have_is_cut_and_told(lab, parent):
    made = planned(lab, "may: [answer, hold]\n")
    children.narrow(made, inside(lab, parent, "hold"))
    assert made.may == ["hold"] and any("answer" in note for note in made.notes)


def test_a_parent_whose_limits_cannot_be_read_launches_nothing(lab, parent):
    Path(layout.attempt(parent, 1), layout.ATTEMPT).write_text("{}")
    assert children.limits_of(parent) is None
    with pytest.raises(Refused, match="cannot be read"):
        children.narrow(planned(lab), inside(lab, parent))


def test_what_is_left_of_a_playbooks_time_does_not_narrow_the_children(lab, parent):
    record = look.at(parent).attempt
    record["limits"] = {**record["limits"], "wall_seconds": 60.0, "wall_total_seconds": 3600.0, "cost_usd": "much"}
    labs.rewrite_pinned(parent, 1, layout.ATTEMPT, lambda text: labs.records.encode(record).decode())
    found = children.limits_of(parent)
    assert found["wall_seconds"] == 3600.0 and "cost_usd" not in found and "memory_bytes" not in found
