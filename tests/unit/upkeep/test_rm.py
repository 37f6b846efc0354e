"""One run goes with its tree and branch; what no other commit has is named, and kept in a snapshot."""

import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults import points
from tests.support import repos
from tests.support.lab import Lab
from workcell.base.errors import NoSuchRun, NotFound, Refused, TryAgain
from workcell.git import repository, run_work, snapshot
from workcell.rundir import layout, locks, phase
from workcell.rundir.cell import Cell
from workcell.upkeep import gc, merge, rm, run_removal

COMMITS = """
echo two >> file.txt
git -c user.name=a -c user.email=a@localhost commit -qam 'the second line'
"""
WHO = {"GIT_AUTHOR_NAME": "P", "GIT_AUTHOR_EMAIL": "p@x", "GIT_COMMITTER_NAME": "P", "GIT_COMMITTER_EMAIL": "p@x"}


@pytest.fixture(scope="module")
def lab():
    made = Lab()
    yield made
    made.close()


@pytest.fixture
def repo(lab):
    return lab.new_repo()


def launched(lab, repo, command="true", *more):
    return lab.launch(lab.brief(command), "--worktree=", "--wait", *more, repo=repo, code=None)


def ask(lab, run, directory="/", **options):
    return rm.perform(Cell(lab.home, {}, str(directory)), rm.Request(os.path.basename(run), **options))


def tree_of(lab, run):
    return os.path.join(lab.home, layout.WORKTREES, os.path.basename(run))


def left(lab, repo, run):
    """Everything that still names the run: below the home, and refs of the repository."""
    name = os.path.basename(run)
    found = [
        os.path.join(where, one) for where, dirs, files in os.walk(lab.home) for one in (*dirs, *files) if name in one
    ]
    refs = [ref for ref in repos.git(repo, "for-each-ref", "--format=%(refname)").splitlines() if name in ref]
    return [os.path.relpath(one, lab.home) for one in found if "outbox" not in one], refs


def test_a_run_goes_with_tree_and_branch_and_a_snapshot_stays(lab, repo):
    run = launched(lab, repo)
    acks = Path(lab.home, "acks")
    acks.mkdir(exist_ok=True)
    (acks / f"{os.path.basename(run)}.001").touch()
    done = ask(lab, run)
    name = os.path.basename(run)
    assert (done.tree, done.branch, done.notes) == (tree_of(lab, run), f"workcell/{name}", [])
    assert (done.repo, done.snapshot) == (None, None), "all of it is in the branch that stays"
    assert left(lab, repo, run) == ([], [])
    with pytest.raises(NoSuchRun):
        ask(lab, run)
    assert repos.git(repo, "worktree", "list").count("\n") == 0


def test_a_second_rm_hears_of_the_first(lab, repo, monkeypatch):
    run = launched(lab, repo, COMMITS)
    name = os.path.basename(run)
    place = run_removal.removing_lock(lab.home, name)
    held, waits, take = locks.take(place), threading.Event(), locks.take

    def told(path, *more, **options):
        if path == place:
            waits.set()
        return take(path, *more, **options)

    monkeypatch.setattr(rm, "PATIENCE", 0.0)
    with pytest.raises(TryAgain, match=f"another rm removes {name}") as caught:
        ask(lab, run, force=True)
    assert caught.value.hint == f"workcell rm {name}" and os.path.isdir(run)
    monkeypatch.setattr(rm, "PATIENCE", 60.0)
    monkeypatch.setattr(locks, "take", told)
    with ThreadPoolExecutor(1) as other:
        second = other.submit(ask, lab, run, force=True)
        assert waits.wait(20)
        assert run_removal.remove(run) == run_removal.REMOVED
        os.unlink(place)
        os.close(held)
        with pytest.raises(NoSuchRun, match="was removed by another rm"):
            second.result(60)
    assert not os.path.lexists(place)


def test_what_a_killed_rm_left_of_its_lock_goes_with_the_run(lab, repo):
    run = launched(lab, repo)
    place = run_removal.removing_lock(lab.home, os.path.basename(run))
    Path(place).touch()
    assert run_removal.remove(run) == run_removal.REMOVED and not os.path.lexists(place)


def test_work_that_is_nowhere_else_is_named_and_kept_when_forced(lab, repo):
    run = launched(lab, repo, COMMITS + "echo new > added")
    with pytest.raises(Refused) as caught:
        ask(lab, run)
    name = os.path.basename(run)
    assert caught.value.details == ["1 untracked: added", f"1 unmerged commit of branch workcell/{name}"]
    assert os.path.isdir(run) and os.path.exists(os.path.join(tree_of(lab, run), "added"))
    done = ask(lab, run, force=True)
    assert left(lab, repo, run)[0] == [] and done.branch == f"workcell/{name}"
    kept = snapshot.get(repository.find(repo), done.snapshot)
    assert repos.git(repo, "show", f"{kept.commit}:added") == "new"
    assert repos.git(repo, "log", "-1", "--format=%s", kept.head) == "the second line"
    with pytest.raises(NotFound) as caught:
        run_work.found(lab.home, name, repo)
    assert caught.value.details == [f"snapshot {name}/1"]


@pytest.mark.parametrize("squash", [False, True])
def test_a_merged_run_goes_without_force(lab, repo, squash):
    run = launched(lab, repo, COMMITS)
    merge.perform(Cell(lab.home, WHO, repo), merge.Request(os.path.basename(run), squash=squash))
    assert ask(lab, run).branch


def test_tree_and_branch_can_stay(lab, repo):
    run = launched(lab, repo, COMMITS)
    done = ask(lab, run, keep_branch=True)
    assert (done.branch, done.notes) == (None, [f"its branch stays: workcell/{os.path.basename(run)}"])
    assert repos.git(repo, "log", "-1", "--format=%s", f"workcell/{os.path.basename(run)}") == "the second line"
    other = launched(lab, repo, COMMITS + "echo new > added")
    done = ask(lab, other, keep_tree=True)
    assert (done.snapshot, done.tree, done.branch) == (None, None, None)
    assert os.path.exists(os.path.join(tree_of(lab, other), "added")) and not os.path.exists(other)


def test_a_branch_that_was_not_made_for_the_run_stays(lab, repo):
    repos.git(repo, "branch", "mine")
    run = lab.launch(lab.brief("true"), "--worktree=mine", "--wait", repo=repo)
    assert ask(lab, run).notes == ["its branch stays: mine"]
    assert repos.git(repo, "rev-parse", "mine") == repos.git(repo, "rev-parse", "main")


def test_a_run_in_the_persons_own_tree_takes_nothing_with_it(lab, repo):
    run = lab.launch(lab.brief("echo new > added"), "--wait", repo=repo)
    done = ask(lab, run)
    assert (done.tree, done.branch, done.snapshot) == (None, None, None)
    assert os.path.exists(os.path.join(repo, "added")) and left(lab, repo, run) == ([], [])


def test_a_live_run_and_the_tree_around_the_caller_stay(lab, repo):
    run = lab.launch(lab.brief("sleep 600", name="live"), "--worktree=", repo=repo)
    lab.phase(run, phase.RUNNING)
    with pytest.raises(Refused, match="not over: it is running") as caught:
        ask(lab, run, force=True)
    assert caught.value.hint.startswith(f"workcell stop {os.path.basename(run)}, or wait")
    lab.workcell("stop", run, "--grace", "1s")
    with pytest.raises(Refused, match="you stand in"):
        ask(lab, run, directory=tree_of(lab, run))
    assert ask(lab, run).tree


def test_a_repository_inside_the_tree_is_never_removed(lab, repo):
    run = launched(
        lab, repo, "git init -q inner; git -C inner -c user.name=a -c user.email=a@b commit -q --allow-empty -m x"
    )
    with pytest.raises(Refused, match="another repository is inside"):
        ask(lab, run, force=True)
    assert os.path.isdir(os.path.join(tree_of(lab, run), "inner", ".git")) and os.path.isdir(run)


def test_a_run_whose_repository_is_gone_can_be_removed(lab):
    repo = lab.new_repo()
    run = launched(lab, repo)
    shutil.rmtree(tree_of(lab, run))
    shutil.rmtree(repo)
    ask(lab, run)
    assert not os.path.exists(run)


JOB = "import sys; from workcell.rundir.cell import Cell; from workcell.upkeep import rm; "
JOB += "rm.perform(Cell(sys.argv[1], {}, '/'), rm.Request(sys.argv[2], force=True))"


def killed(lab, repo, chosen):
    """Remove a run, killed at `chosen` of its own calls; the next removal, or gc, completes it."""
    run = launched(lab, repo, COMMITS + "echo new > added")
    name = os.path.basename(run)
    argv = [sys.executable, "-c", JOB, lab.home, name]
    struck = points.struck(argv, chosen, "signal=KILL", env=lab.env(PYTHONHASHSEED="0"), cwd="/")
    try:
        ask(lab, run, force=True)
    except NoSuchRun:
        pass  # the kill came after the last step, or the ledger had gone
    gc.gc(lab.home, 0.0, act=True)
    assert [one for one in left(lab, repo, run)[0] if not one.startswith("leases")] == []
    kept = snapshot.ls(repository.find(repo), name)
    assert repos.git(repo, "show", f"{kept[-1].commit}:added") == "new"
    assert repos.git(repo, "log", "-1", "--format=%s", kept[-1].head) == "the second line"
    assert f"refs/heads/workcell/{name}" not in left(lab, repo, run)[1]
    return struck


@pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")
@pytest.mark.heavy
def test_killed_at_some_calls_the_next_removal_completes_it(lab):
    repo = lab.new_repo()
    run = launched(lab, repo, COMMITS + "echo new > added")
    argv = [sys.executable, "-c", JOB, lab.home, os.path.basename(run)]
    changing = ("rename", "unlink", "unlinkat", "rmdir", "ftruncate", "pwrite64")
    found = points.points(argv, env=lab.env(PYTHONHASHSEED="0"), cwd="/")
    chosen = points.spread([one for one in found if one.call in changing], 5)
    assert sum(killed(lab, lab.new_repo(), one) for one in chosen) > len(chosen) // 2
