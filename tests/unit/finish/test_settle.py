"""Settling what dead processes left: in this process, on real runs whose processes were killed."""

import json
import os
from pathlib import Path

import pytest

from tests.support import runs
from workcell.base.errors import TryAgain
from workcell.finish import settle
from workcell.rundir import layout, look, phase, writer


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_run_whose_processes_were_killed_comes_to_its_end(lab):
    run = runs.killed(lab, "false")
    assert settle.needed(look.at(run))
    seen = settle.settle(run)
    assert (seen.phase, seen.result["outcome"], seen.exit["how"]) == (phase.DONE, "failed", "vanished")
    assert not settle.needed(seen)
    assert Path(run, "handoff.md").read_text().startswith("# Handoff: the objective of brief")


def test_the_check_decides_over_an_agent_that_ended_well(lab):
    seen = settle.settle(runs.ended(lab, "test -e file.txt"))
    assert (seen.phase, seen.result["outcome"], seen.result["reason"]) == (
        phase.DONE,
        "passed",
        "verify.sh ended with 0",
    )
    verified = json.loads(Path(seen.directory, layout.VERIFY).read_text())
    assert (verified["how"], verified["code"]) == ("exited", 0)
    assert json.loads(Path(seen.directory, layout.FACTS).read_text())["git_error"] is None


@pytest.mark.parametrize(("verify", "outcome"), [("echo no; exit 3", "failed"), (None, "unverified")])
def test_an_exit_code_of_the_agent_alone_proves_nothing(lab, verify, outcome):
    seen = settle.settle(runs.ended(lab, verify))
    assert seen.result["outcome"] == outcome
    if verify:
        assert "no" in Path(seen.directory, "verify.log").read_text()


def test_a_check_that_was_changed_is_not_run(lab):
    run = runs.ended(lab, "false")
    script = Path(look.at(run).directory, layout.VERIFY_SCRIPT)
    script.chmod(0o700)
    script.write_text(f"#!/bin/sh\ntouch {lab.marks}/ran\n")
    assert settle.settle(run).result["outcome"] == "tampered"
    assert not os.path.exists(os.path.join(lab.marks, "ran"))


def test_settling_twice_changes_nothing(lab):
    run = runs.ended(lab)
    settle.settle(run)
    before = Path(look.at(run).directory, layout.RESULT).read_bytes()
    assert settle.settle(run).phase == phase.DONE
    assert Path(look.at(run).directory, layout.RESULT).read_bytes() == before


def test_while_another_process_writes_nothing_is_settled(lab):
    run = runs.ended(lab)
    with writer.take(run):
        assert settle.settle(run).phase in (phase.FINISHING, phase.INTERRUPTED)
        with pytest.raises(TryAgain, match="another process has the right to write"):
            settle.take(run, look.at(run))
        assert not settle.hand_over(run, look.at(run))
    assert look.at(run).result is None


def test_who_looked_too_early_does_not_take_the_run(lab):
    run = runs.ended(lab)
    before = look.at(run)
    settle.settle(run)
    with pytest.raises(TryAgain, match="changed while you asked"):
        settle.take(run, before)
    settle.take(run, before, (phase.INTERRUPTED, phase.DONE)).close()
    assert not settle.hand_over(run, before)


def test_a_process_of_its_own_settles_what_was_handed_over(lab):
    run = runs.ended(lab)
    assert settle.hand_over(run, look.at(run))
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"


def test_what_a_detached_finish_runs_with(lab):
    run = runs.killed(lab)
    env = settle.surroundings(run, 1)
    assert env["WORKCELL_ATTEMPT"] == f"{os.path.basename(run)}/1" and env["MARKS"] == lab.marks
    assert env["WORKCELL_RUN_DIR"] == run
    os.unlink(os.path.join(run, layout.ENV))
    assert set(settle.surroundings(run, 1)) == {"PATH", "WORKCELL_ATTEMPT", "WORKCELL_RUN_DIR"}
