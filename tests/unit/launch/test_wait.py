"""Waiting for runs that end, that cannot end by themselves, and that take too long."""

import pytest

from tests.support import runs
from workcell.launch import wait


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
