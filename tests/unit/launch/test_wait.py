"""Waiting for runs that end, that cannot end by themselves, and that take too long."""

import os

import pytest

from tests.support import runs
from workcell.base.errors import Refused, TimedOut
from workcell.launch import wait
from workcell.rundir import phase
from workcell.rundir.caller import Caller
from workcell.rundir.cell import Cell


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_wait_gives_up_at_its_time(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    found = wait.wait([run], wait.DONE, 0.2)
    assert (found.met, found.timed_out) == (False, True)


def test_what_cannot_end_by_itself_is_not_waited_for(lab):
    run = runs.start(lab, lab.brief(), prepare=True)
    assert wait.wait([run], wait.DONE, 5.0).states == ["created"]


def test_attention_is_met_by_the_first_that_is_over(lab):
    run = runs.start(lab, lab.brief(verify="false"))
    seen = []
    found = wait.wait([run], wait.ATTENTION, 30.0, tick=seen.append)
    assert found.met and found.states == ["failed"] and seen


def test_a_wait_settles_what_it_meets(lab):
    assert wait.wait([runs.killed(lab, "false")], wait.DONE, 30.0).states == ["failed"]


def test_a_run_that_is_not_waited_for_any_longer_says_why(lab):
    run = runs.start(lab, lab.brief(), prepare=True)
    [over] = wait.perform(Cell(lab.home, lab.env(), lab.repo), wait.Request((os.path.basename(run),))).runs
    assert over.state == over.phase == phase.CREATED
    assert "not waited for any longer" in over.reason and "was prepared" in over.reason
    assert over.needs["command"] == f"workcell resume {over.id}"


def test_any_of_several_is_enough(lab):
    first, second = (
        runs.start(lab, lab.brief("true")),
        runs.start(lab, lab.brief("exec sleep 600"), repo=lab.new_repo()),
    )
    found = wait.wait([first, second], wait.ANY, 30.0)
    assert found.met and found.states[0] == "passed" and found.states[1] != "passed"


def test_giving_up_says_what_each_run_does(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    with pytest.raises(TimedOut, match=r"not over after 0\.1s: \S+ is running") as error:
        wait.perform(Cell(lab.home, {}, "/"), wait.Request((run,), timeout=0.1))
    assert error.value.hint == f"workcell status {os.path.basename(run)}"


def test_a_run_does_not_wait_for_itself(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    inside = Cell(lab.home, lab.env(), lab.top, ask_caller=lambda: Caller(lab.home, (run,), 1))
    with pytest.raises(Refused, match="would wait for itself"):
        wait.perform(inside, wait.Request((os.path.basename(run),)))
