"""Homes that are moved, copied, or restored from a backup whose files and ledgers are of different moments."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.lab import alive, eventually
from workcell.rundir import layout, ledger, look, phase
from workcell.system import processes
from workcell.upkeep import fsck

WAITS = 'until [ -e "$MARKS/go" ]; do sleep 0.02; done'


def elsewhere(lab, run, home):
    """The same run in another home."""
    return os.path.join(home, layout.RUNS, os.path.basename(run))


def copy(lab, name="copy"):
    home = os.path.join(lab.top, name)
    # a file that a process of the run is writing goes while it is copied
    shutil.copytree(lab.home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sock", ".*.json.*"))
    return home


def test_a_copy_signals_nothing_of_the_original(lab):
    run = lab.launch(lab.brief("sleep 600"))
    agent = lab.phase(run, phase.RUNNING).start["agent"]["pid"]
    home = copy(lab)
    twin = elsewhere(lab, run, home)
    env = lab.env(WORKCELL_HOME=home)
    assert look.at(twin).phase == phase.UNKNOWN
    lab.workcell("watchdog", "tick", env=env)
    ran = lab.workcell("stop", twin, "--grace", "1s", env=env)
    assert "copy" in ran.stdout + ran.stderr
    assert look.at(twin).result["outcome"] == "stopped"
    assert alive(agent), "the original's agent is not the copy's to end"
    assert look.at(run).phase == phase.RUNNING
    lab.workcell("stop", run, "--grace", "1s")
    eventually(lambda: not alive(agent))


def test_a_process_that_is_about_to_become_the_agent_is_none_of_the_copys_either(lab):
    """It stands in its tree by then, and its environment is still that of the runner."""
    run = lab.launch(lab.brief("sleep 600"))
    runner = lab.phase(run, phase.RUNNING).start["runner"]["pid"]
    given = Path(f"/proc/{runner}/environ").read_bytes().decode().split("\0")
    env = dict(one.split("=", 1) for one in given if one)
    about_to = subprocess.Popen(["sleep", "600"], cwd=lab.repo, env=env)
    try:
        mark, twin = f"{os.path.basename(run)}/1", elsewhere(lab, run, copy(lab))
        assert about_to.pid in {one.pid for one in processes.find(mark, place=run)}
        assert processes.find(mark, place=twin) == []
    finally:
        about_to.kill()
        about_to.wait()


def test_a_run_that_was_over_is_over_in_every_copy(lab):
    run = lab.launch(lab.brief("true"), "--wait")
    home = copy(lab)
    twin = elsewhere(lab, run, home)
    assert look.at(twin).result["outcome"] == "passed"
    assert [report.problems for report in fsck.fsck(home)] == [[]]
    lab.workcell(
        "resume", twin, "--brief", lab.brief("true", name="more"), "--no-window", env=lab.env(WORKCELL_HOME=home)
    )
    eventually(lambda: look.at(twin).phase == phase.DONE and look.at(twin).n == 2)
    assert look.at(twin).result["outcome"] == "passed"
    assert not look.at(twin).copied, "the attempt was begun in this home"
    assert look.at(run).n == 1


@pytest.mark.parametrize("older", ["files", "ledger"])
def test_a_backup_of_two_moments_makes_no_run_tampered_that_was_over_before(lab, older):
    over = lab.launch(lab.brief("true", name="over"), "--wait")
    live = lab.launch(lab.brief(WAITS, name="live"), repo=lab.new_repo())
    lab.phase(live, phase.RUNNING)
    first = copy(lab, "first")
    open(os.path.join(lab.marks, "go"), "w").close()
    lab.phase(live, phase.DONE)
    eventually(lambda: os.path.exists(ledger.ended_path(live)))
    second = copy(lab, "second")
    # the backup has the run directories of one moment and what the home says of them of the other
    files, said = (first, second) if older == "files" else (second, first)
    restored = os.path.join(lab.top, "restored")
    shutil.copytree(said, restored, symlinks=True)
    shutil.rmtree(os.path.join(restored, layout.RUNS))
    shutil.copytree(os.path.join(files, layout.RUNS), os.path.join(restored, layout.RUNS), symlinks=True)
    env = lab.env(WORKCELL_HOME=restored)
    assert look.at(elsewhere(lab, over, restored)).result["outcome"] == "passed"
    reports = {report.id: report.problems for report in fsck.fsck(restored)}
    assert reports[os.path.basename(over)] == []
    seen = look.at(elsewhere(lab, live, restored))
    if older == "files":
        assert seen.result["outcome"] == "passed", "its line stands, and the file is sealed again from it"
        lab.workcell("fsck", "--rebuild", env=env)
        assert [report.problems for report in fsck.fsck(restored)] == [[], []]
    else:
        assert seen.phase == phase.UNKNOWN, "the ledger does not know yet how it ended, and nobody can be asked"
        lab.workcell("watchdog", "tick", env=env)
        assert look.at(elsewhere(lab, live, restored)).result is None
        lab.workcell("stop", live.replace(lab.home, restored), env=env)
        assert look.at(elsewhere(lab, live, restored)).result["outcome"] in ("stopped", "tampered")
    lab.workcell("ls", "--all", env=env)


def test_a_home_that_is_moved_keeps_its_live_run(lab):
    run = lab.launch(lab.brief(WAITS))
    pid = lab.phase(run, phase.RUNNING).start["runner"]["pid"]
    moved = lab.home + "-moved"
    os.rename(lab.home, moved)
    there = elsewhere(lab, run, moved)
    assert look.at(there).phase == phase.RUNNING
    open(os.path.join(lab.marks, "go"), "w").close()
    eventually(lambda: not alive(pid))
    os.rename(moved, lab.home)
    lab.workcell("wait", run, code=None)
    assert look.at(run).result["outcome"] == "passed"
