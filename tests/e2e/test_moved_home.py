"""A home that is moved, unpacked or copied: nothing in a run that ended is wrong afterwards."""

import json
import os
import subprocess

import pytest

from tests.support.lab import Lab, alive, eventually, naming
from tests.support.stubs import Stub
from workcell.rundir import inbox, layout, look, phase, status
from workcell.upkeep import fsck


def mv(home, new):
    os.rename(home, new)


def tar(home, new):
    packed = subprocess.run(["tar", "-C", home, "-cf", "-", "."], check=True, capture_output=True).stdout
    os.mkdir(new, 0o700)
    subprocess.run(["tar", "-C", new, "-xf", "-"], input=packed, check=True)


def cp(home, new):
    subprocess.run(["cp", "-r", home, new], check=True)


@pytest.fixture(scope="module")
def ended():
    """A lab whose home has five runs that ended, in five ways."""
    lab = Lab()
    try:
        lab.launch(lab.brief("true", "true", name="good"), "--wait")
        lab.launch(lab.brief("exit 3", "false", name="bad"), "--wait", code=1)
        lab.launch(lab.brief("true", "true", name="own"), "--worktree=", "--wait")
        stopped = lab.launch(lab.brief("sleep 600", name="stopped"))
        lab.workcell("stop", stopped)
        lab.workcell(
            "resume", lab.launch(lab.brief("false", "false", name="twice"), "--wait", code=1), "--wait", code=1
        )
        eventually(lambda: not naming(lab.home))
        yield lab
    finally:
        lab.close()


@pytest.mark.parametrize("how", [tar, cp, mv])  # the one that takes it away comes last
def test_fsck_has_nothing_to_say(ended, tmp_path, how):
    lab = ended
    names = sorted(os.listdir(f"{lab.home}/{layout.RUNS}"))
    assert len(names) == 5
    new = str(tmp_path / "elsewhere")
    how(lab.home, new)
    env = lab.env(WORKCELL_HOME=new)
    for report in fsck.fsck(new):
        assert report.problems == [], report
    assert lab.workcell("fsck", env=env).returncode == 0
    shown = json.loads(lab.workcell("ls", "--all", "--json", env=env).stdout)["runs"]
    assert sorted(run["dir"] for run in shown) == [os.path.join(new, layout.RUNS, name) for name in names]
    for name in names:
        path = os.path.join(new, layout.RUNS, name)
        with open(os.path.join(path, layout.STATUS)) as file:
            assert new not in (text := file.read()) and "dir" not in json.loads(text)
        found = json.loads(lab.workcell("status", name, "--json", env=env).stdout)
        assert found["dir"] == path == status.cached(path)["dir"]


def test_a_run_that_ends_after_its_home_was_moved_leaves_nothing_in_a_new_one(lab):
    run = lab.launch(lab.brief("until test -e $MARKS/go; do sleep 0.02; done", "true"))
    seen = lab.phase(run, phase.RUNNING)
    new = os.path.join(lab.top, "elsewhere")
    os.rename(lab.home, new)
    other = lab.launch(lab.brief("true", "true", name="other"), "--wait", repo=lab.new_repo())
    open(os.path.join(lab.marks, "go"), "w").close()
    eventually(lambda: not alive(seen.start["runner"]["pid"]))
    assert lab.runs() == [other]
    env = lab.env(WORKCELL_HOME=new)
    assert "passed" in lab.workcell("wait", seen.id, env=env).stdout


@pytest.mark.heavy
def test_a_run_that_lives_while_its_home_is_moved_is_stopped(lab):
    """Its runner finds no orders any more where it looks for them, and is told by its socket."""
    run = lab.launch(lab.brief("sleep 600", "true"))
    seen = lab.phase(run, phase.RUNNING)
    new = os.path.join(lab.top, "elsewhere")
    os.rename(lab.home, new)
    env = lab.env(WORKCELL_HOME=new)
    said = lab.workcell("stop", seen.id, "--grace", "1s", env=env).stdout
    assert "stopped" in said
    assert not alive(seen.start["agent"]["pid"])
    moved = os.path.join(new, layout.RUNS, seen.id)
    assert look.at(moved).result["outcome"] == "stopped"
    eventually(lambda: not alive(seen.start["runner"]["pid"]))
    assert [report.problems for report in fsck.fsck(new)] == [[]]


@pytest.mark.heavy
def test_messages_reach_a_run_that_lives_while_its_home_is_moved(lab):
    """The program that types is started in the run's directory, wherever that is by then."""
    stub = Stub(lab)
    new = os.path.join(lab.top, "elsewhere")
    os.rename(lab.home, new)
    stub.run = os.path.join(new, layout.RUNS, os.path.basename(stub.run))
    env = lab.env(WORKCELL_HOME=new)
    done = json.loads(lab.workcell("send", "stub", "first", "--json", env=env).stdout)
    assert done["state"] == inbox.ACCEPTED
    stub.do("work 60")
    done = json.loads(lab.workcell("send", "stub", "second", "--json", env=env).stdout)
    assert done["state"] == inbox.QUEUED and "at work" in done["why"]
    stub.do("work 0")
    eventually(lambda: stub.state(done["message"]) == inbox.ACCEPTED)
    assert stub.texts() == ["first", "second"]
    assert not os.path.exists(lab.home), "nothing makes the old home again"
    assert "stopped" in lab.workcell("stop", "stub", "--grace", "1s", env=env).stdout
    assert [report.problems for report in fsck.fsck(new)] == [[]]
