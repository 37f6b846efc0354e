"""Who has a working tree that a launch cannot have."""

import os
import shlex
import subprocess
import sys

import pytest

from tests.support import runs
from tests.support.standing_by import Listening
from workcell.base.errors import TreeBusy
from workcell.faces.cli.busy_tree import pasteable
from workcell.launch import busy_tree, dry_run, launch, resume, wait
from workcell.launch.options import Options
from workcell.rundir import look


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def refused(lab, repo=None):
    with pytest.raises(TreeBusy) as caught:
        runs.start(lab, lab.brief(name="second"), repo=repo or lab.repo)
    return caught.value


def test_a_live_run_is_named_with_how_it_stands(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    name = os.path.basename(run)
    error = refused(lab)
    assert f"{name!r}, which is running" in error.message and error.hint.startswith(f"workcell wait {name}")
    assert (error.run, error.waits, error.worktree, error.exit_code) == (name, True, True, 75)
    assert busy_tree.holder(lab.home, lab.repo) == name


def test_waiting_does_not_help_for_a_run_that_a_person_starts(lab):
    run = runs.start(lab, lab.brief(), prepare=True)
    error = refused(lab)
    assert "was prepared and is not started" in error.message and not error.waits
    assert error.hint == f"start it: workcell resume {os.path.basename(run)}"
    assert error.details[0] == f"or have it give the tree back: workcell stop {os.path.basename(run)}"
    pasted = pasteable(error, ["launch", "second.md"])
    assert (pasted.hint, pasted.details[0]) == (error.hint, error.details[0])


def test_one_on_standby_is_told_to_finish_since_it_is_never_over_by_itself(lab):
    run = Listening(lab).launch()
    error = refused(lab, look.at(run).launch["workspace"])
    assert error.hint.endswith(f": workcell finish {os.path.basename(run)}") and not error.waits


def test_a_child_is_not_told_to_wait_for_the_run_around_it(lab):
    program = f"{shlex.quote(sys.executable)} -m workcell"
    command = (
        f"cd {shlex.quote(lab.repo)}; {program} spawn --no-verify --share -- true 2>$MARKS/said; touch $MARKS/done"
    )
    lab.launch(lab.brief(command), "--wait")
    said = lab.mark("said")
    assert "--worktree" in said and "wait" not in said


def test_without_a_commit_no_worktree_is_offered(lab):
    empty = os.path.join(lab.top, "empty")
    subprocess.run(["git", "init", "-q", empty], check=True)
    runs.start(lab, lab.brief("exec sleep 600"), repo=empty)
    error = refused(lab, empty)
    assert not error.worktree and error.details == []


def test_a_resume_is_told_who_took_its_tree(lab):
    first = runs.start(lab, lab.brief("true", "false"))
    wait.wait([first], wait.DONE, 30.0)
    runs.start(lab, lab.brief("exec sleep 600", name="second"))
    with pytest.raises(TreeBusy, match="which is running") as caught:
        resume.resume(resume.Request(lab.home, first, window=False))
    assert not caught.value.worktree


def test_a_dry_run_says_that_launch_would_be_refused(lab):
    request = launch.Request(lab.home, lab.brief(), Options(repo=lab.repo, shell=os.environ), window=False)
    assert not any("in use" in note for note in dry_run.dry_run(request).notes)
    runs.start(lab, lab.brief("exec sleep 600"))
    assert any("in use" in note for note in dry_run.dry_run(request).notes)
    beside = launch.Request(lab.home, lab.brief(), Options(repo=lab.repo, shell=os.environ, worktree=""), window=False)
    assert not any("in use" in note for note in dry_run.dry_run(beside).notes)
