"""SIGKILL at the state-changing system calls of making a worktree, a snapshot and a removal, ours and git's own."""

import os
import random
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.faults import git_points
from tests.support import repos
from workcell.base.errors import NotFound
from workcell.git import repository, restore, safe_removal, tree_state, worktrees
from workcell.git import snapshot as salvage

pytestmark = pytest.mark.skipif(git_points.STRACE is None, reason="strace is not installed")

JOB = """
import sys
from workcell.git import repository as git; from workcell.git import safe_removal as removal; from workcell.git import snapshot as salvage; from workcell.git import worktrees
verb, top, path = sys.argv[1:]
if verb == "make":
    worktrees.create(git.find(top), path, run="r1", carry=["ignored.env"])
elif verb == "take":
    salvage.take(git.find(top), "r1", "test")
else:
    removal.remove(path)
"""


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


def template(where: Path) -> Path:
    """A repository with a submodule, to be copied."""
    where.mkdir()
    top = repos.with_submodule(where)
    repos.write(top, ".gitignore", "*.env\n")
    repos.commit(top, {"c.txt": "c\n"})
    return top


def prepare(where: Path, verb: str) -> tuple[Path, Path]:
    """A repository with work of every kind and, for a removal, a worktree that may go."""
    top, path = where / "super", where / "trees" / "r1"
    shutil.copytree(where.parent / "template/super", top, symlinks=True)
    if verb == "remove":
        made = worktrees.create(repository.find(str(top)), str(path), run="r1")
        salvage.take(made.tree, "r1", "before removal")
    repos.write(top, "ignored.env", "secret\n")
    repos.write(top, "a.txt", "changed\n")
    repos.write(top, "staged.txt", "staged\n")
    repos.git(top, "add", "staged.txt")
    repos.write(top, "lib/untracked.txt", "in lib\n")
    repos.git(top, "status")
    return top, path


def struck(verb: str, top: Path, path: Path, where: Path) -> git_points.Struck:
    root = os.fspath(Path(__file__).parents[2])
    argv = [sys.executable, "-c", JOB, verb, os.fspath(top), os.fspath(path)]
    return git_points.Struck(argv, where, {**os.environ, "PYTHONPATH": root})


def kill(verb: str, where: Path, point: git_points.Point) -> bool:
    """One run that is killed at `point`, what has to hold then, and the run after it. Whether the kill landed.

    Where counts drifted it did not, and our process is killed once that git command is through.
    """
    top, path = prepare(where, verb)
    mine = repos.belongings(top)
    refs = repos.git(top, "for-each-ref")
    job = struck(verb, top, path, where)
    code = job.kill(point)
    check_untouched(top, mine)
    if verb == "remove" and not path.exists() and not (where / "trees/.r1.trash").exists() and code == 0:
        pass  # it was done before the last call
    elif verb == "remove":
        try:
            safe_removal.remove(str(path))
        except NotFound:
            assert code != 0, "a removal that was not killed left nothing to do"
    elif verb == "make":
        made = worktrees.create(repository.find(str(top)), str(path), run="r1", carry=["ignored.env"])
        assert made.branch == "workcell/r1" and made.notes == (f"uncommitted changes stay in {str(top)!r}",)
        assert repository.status(made.tree).clean
        assert repos.content(path) == {
            **{name: ("f", repos.git(top, "show", f"HEAD:{name}").encode() + b"\n") for name in TRACKED},
            "lib/lib.txt": ("f", b"lib\n"),
            "ignored.env": ("f", b"secret\n"),
        }
        assert repos.git(top, "worktree", "list").count("\n") == 1
        assert not [name for name in os.listdir(path.parent) if name.startswith(".")]
        assert worktrees.create(repository.find(str(top)), str(path), run="r1", carry=["ignored.env"]).reused
    else:
        snapshot = salvage.take(repository.find(str(top)), "r1", "again")
        restore.restore(repository.find(str(top)), snapshot, str(where / "back"))
        back = repos.content(where / "back")
        assert back == {name: what for name, what in repos.content(top).items() if name != "ignored.env"}
        for found in salvage.ls(repository.find(str(top))):
            assert tree_state.read(repository.find(str(top)), store=False, raw=True).state == found.state
    if verb == "remove":
        assert not path.exists() and not os.listdir(path.parent), os.listdir(path.parent)
        assert not (top / ".git/worktrees").exists()
        assert repos.git(top, "for-each-ref") == refs
    check_untouched(top, mine)
    repos.git(top, "fsck", "--connectivity-only")
    return job.landed()


TRACKED = (".gitignore", ".gitmodules", "a.txt", "c.txt", "dir/b.txt")


def check_untouched(top: Path, before: dict) -> None:
    """All of the person's is as it was; beside it there may be the run's branch and git's entry of its tree."""
    after = repos.belongings(top)
    ours = re.compile(r"\.git/(worktrees/|(logs/)?refs/heads/workcell/|(.*/)?refs/workcell/)")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert not {name for name in changed if not ours.match(name)}


def sweep(verb: str, tmp_path: Path, only: int | None) -> tuple[int, int]:
    template(tmp_path / "template")
    every = struck(verb, *prepare(tmp_path / "clean", verb), tmp_path / "clean").points()
    chosen = every if only is None else sorted(random.Random(7).sample(every, only))
    landed = 0
    for n, point in enumerate(chosen):
        where = tmp_path / f"p{n}"
        try:
            landed += kill(verb, where, point)
        except BaseException as error:
            error.add_note(f"killed {verb} at {point}, point {n} of {len(chosen)}")
            raise
        shutil.rmtree(where)
    print(f"{verb}: {len(every)} points, {len(chosen)} tried, {landed} kills landed")
    assert landed > len(chosen) // 2
    return len(chosen), landed


@pytest.mark.heavy
@pytest.mark.parametrize(("verb", "count"), [("make", 10), ("take", 8), ("remove", 7)])
def test_killed_at_some_calls_nothing_is_lost_and_the_next_run_completes(verb, count, tmp_path):
    sweep(verb, tmp_path, count)


@pytest.mark.sweep
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("verb", ["make", "take", "remove"])
def test_killed_at_every_call_nothing_is_lost_and_the_next_run_completes(verb, tmp_path):
    sweep(verb, tmp_path, None)
