"""Ending runs in every phase, in this process."""

import os
import signal

import pytest

from tests.support import frozen, runs
from tests.support.lab import eventually
from workcell.base.errors import Refused
from workcell.finish import stop
from workcell.rundir import layout, look, phase


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_running_agent_is_asked_and_the_run_is_stopped(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    done = stop.stop(run, grace=5.0)
    assert (done.phase, done.outcome, done.note) == (phase.DONE, "stopped", None)
    assert look.at(run).exit["how"] == "stopped"


def test_a_run_that_was_never_started(lab):
    run = runs.start(lab, lab.brief(), prepare=True)
    assert look.at(run).phase == phase.CREATED
    assert stop.stop(run).outcome == "stopped"


def test_a_run_that_is_over_stays_as_it_is(tmp_path):
    run = frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two")
    done = stop.stop(run)
    assert (done.outcome, done.note) == ("passed", "it was over already")


def test_an_orphan_is_ended(lab):
    run = runs.start(lab, lab.brief("echo up > $MARKS/up; exec sleep 600"))
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("up"), what="the agent has passed its gate")
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.ORPHANED)
    assert stop.stop(run, grace=2.0).outcome == "stopped"


def test_of_a_run_whose_ledger_cannot_be_read_nothing_is_sealed(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    run = frozen.run_of(home, "frozen-created")
    with open(os.path.join(home, layout.LEDGER, os.path.basename(run) + ".jsonl"), "wb") as file:
        file.write(b"nothing\n")
    with pytest.raises(Refused, match="cannot be stopped"):
        stop.stop(run)
