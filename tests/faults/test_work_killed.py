"""SIGKILL at the state-changing system calls of merge and rm, their own and those of every git that they start."""

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.faults import figures, git_points
from tests.support import repos
from tests.support.lab import Lab
from workcell.base.errors import NoSuchRun, WorkcellError
from workcell.git import repository, snapshot
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.upkeep import gc, merge, rm

pytestmark = pytest.mark.skipif(git_points.STRACE is None, reason="strace is not installed")

COMMITS = """
echo two >> file.txt
git -c user.name=a -c user.email=a@localhost commit -qam 'the second line'
echo a > new; echo rest > rest; mkdir deep; echo deep > deep/file; rm gone; ln -s new link; echo b > tracked
"""
"""An agent that commits some of its work and leaves the rest uncommitted."""

WORK = {"file.txt", "new", "rest", "deep/file", "link", "tracked"}
WHO = {
    f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "P"), ("EMAIL", "p@x"))
}
TIMED = {f"GIT_{role}_DATE": "2026-11-20T05:31:02Z" for role in ("AUTHOR", "COMMITTER")}
"""Without it the same commit would have another id in each run, and its object another path: git writes it otherwise."""


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


class Desk:
    """A run that is over, with a tree of its own, beside the repository of a person; put back before each kill."""

    def __init__(self, lab: Lab, where: Path) -> None:
        self.lab, self.where = lab, where
        self.repo = lab.new_repo()
        repos.commit(Path(self.repo), {"gone": "gone\n", "tracked": "a\n"}, "what the run changes")
        self.run = lab.launch(lab.brief(COMMITS), "--worktree=", "--wait", repo=self.repo)
        self.name = os.path.basename(self.run)
        self.tree = os.path.join(lab.home, layout.WORKTREES, self.name)
        repos.commit(Path(self.repo), {"other": "x\n", "tracked": "a\n"}, "on main")
        Path(self.repo, "notes").write_text("the person's, in no commit\n")
        self.env = lab.env(**WHO, **TIMED)
        self.places = {self.repo: where / "repo", lab.home: where / "home"}
        self.keep()

    def keep(self) -> None:
        """What stands now is what `put_back` brings."""
        for place, copy in self.places.items():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(place, copy, symlinks=True, ignore=_sockets)
        self.work = repos.content(Path(self.tree))

    def put_back(self) -> None:
        for place, copy in self.places.items():
            with os.scandir(place) as entries:
                for entry in entries:
                    shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
            # into the same directory: the lock of a merge is named by the inode of its tree
            shutil.copytree(copy, place, symlinks=True, dirs_exist_ok=True)

    def check_sound(self, point: object) -> None:
        """What holds of the repository at any moment."""
        assert Path(self.repo, "notes").read_text() == "the person's, in no commit\n", point
        repos.git(self.repo, "fsck", "--connectivity-only")

    def locks(self) -> list[str]:
        """Lock files of git that are left.

        That of a snapshot's ref is in no command's way: the next snapshot has another number.
        """
        git = os.path.join(self.repo, ".git")
        found = [os.path.join(at, name) for at, _, names in os.walk(git) for name in names if name.endswith(".lock")]
        return [path for path in found if f"/{snapshot.REFS}" not in path]


def _sockets(directory: str, names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(".sock")]


class Merge:
    """`merge` of a run with uncommitted work into a branch that has gone on."""

    def __init__(self, desk: Desk, *more: str) -> None:
        self.desk, self.more = desk, more
        self.argv = desk.lab.words("merge", desk.name, "--commit-rest", *more)
        self.cwd = desk.repo
        self.before = repos.git(desk.repo, "rev-parse", "main")

    def after(self, point: object) -> None:
        """What holds when it was killed, and what the next one makes of it."""
        desk = self.desk
        desk.check_sound(point)
        assert repos.content(Path(desk.tree)) == desk.work, point
        cell = Cell(desk.lab.home, {**WHO, **TIMED}, desk.repo)
        request = merge.Request(desk.name, squash="--squash" in self.more, commit_rest=True)
        done = merge.perform(cell, request)
        assert done.how in ("squash" if request.squash else "merge", "nothing"), point
        desk.check_sound(point)
        assert repos.git(desk.repo, "status", "--porcelain") == "?? notes", point
        assert repos.git(desk.tree, "status", "--porcelain") == "", point
        assert repos.content(Path(desk.tree)) == desk.work, point
        assert set(repos.git(desk.repo, "ls-files").split()) == {*WORK, "other"}, point
        assert {name: repos.content(Path(desk.repo))[name] for name in WORK} == desk.work, point
        made = 1 if request.squash else 3
        assert int(repos.git(desk.repo, "rev-list", "--count", f"{self.before}..main")) == made, point
        assert not desk.locks(), point
        assert not any(file.stat().st_size for file in Path(desk.lab.home, layout.MERGES).iterdir()), point
        assert merge.perform(cell, request).how == "nothing", point


class Rm:
    """`rm --force` of a run with commits that nothing else has, and uncommitted work."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.cwd = desk, "/"
        self.argv = desk.lab.words("rm", desk.name, "--force")

    def after(self, point: object) -> None:
        desk = self.desk
        desk.check_sound(point)
        if os.path.exists(desk.tree) and not self.kept():
            assert repos.content(Path(desk.tree)) == desk.work, point
        else:
            assert self.kept(), f"{point}: neither tree nor snapshot"
        cell = Cell(desk.lab.home, {}, "/")
        try:
            rm.perform(cell, rm.Request(desk.name, force=True))
        except NoSuchRun:
            gc.gc(desk.lab.home, 0.0, act=True)  # the records had gone, but for their last witness
        assert self.left() == [], point
        desk.check_sound(point)
        last = self.kept()[-1]
        tree = set(repos.git(desk.repo, "ls-tree", "-r", "--name-only", last.commit).split())
        assert tree == WORK, point
        assert repos.git(desk.repo, "log", "-1", "--format=%s", last.head) == "the second line", point
        assert desk.name not in repos.git(desk.repo, "for-each-ref", "refs/heads"), point
        assert repos.git(desk.repo, "worktree", "list").count("\n") == 0, point
        assert not desk.locks(), point

    def kept(self) -> list[snapshot.Snapshot]:
        """Whole snapshots of the tree as it was when the run was over."""
        found = repository.find(self.desk.repo)
        assert found is not None
        return snapshot.ls(found, self.desk.name)

    def left(self) -> list[str]:
        """Everything below the home that still has the name of the run; a notice of its end may be told later."""
        walk = os.walk(self.desk.lab.home)
        found = [os.path.join(at, one) for at, dirs, files in walk for one in (*dirs, *files) if self.desk.name in one]
        return [one for one in found if "/outbox/" not in one]


NAMES = {
    "merge": "merge",
    "squash": "merge --squash",
    "recovery": "merge that takes a killed one back",
    "rm": "rm",
}


def _begun(desk: Desk) -> None:
    """Kill a merge once the files of the target have changed and its branch has not."""
    job = Merge(desk)
    struck = git_points.Struck(job.argv, desk.where / "begun", desk.env, job.cwd)
    found = struck.points()
    moved = [one for one in found if one.git and one.call == "rename"]
    for point in reversed(moved):
        desk.put_back()
        struck.kill(point)
        head = repos.git(desk.repo, "rev-parse", "main") == job.before
        if head and os.path.exists(os.path.join(desk.repo, "new")):
            desk.keep()
            return
    raise AssertionError("no kill left a merge half done")


def sweep(lab: Lab, verb: str, where: Path, only: int | None) -> None:
    """Kill at `only` of the points, at each where it is None."""
    desk = Desk(lab, where)
    if verb == "recovery":
        _begun(desk)
    job: Merge | Rm = Rm(desk) if verb == "rm" else Merge(desk, *(["--squash"] if verb == "squash" else []))
    struck = git_points.Struck(job.argv, where / "struck", desk.env, job.cwd)
    every = struck.points()
    chosen = every if only is None else sorted(random.Random(7).sample(every, only))
    landed, wrong = 0, []
    for point in chosen:
        desk.put_back()
        struck.kill(point)
        landed += struck.landed()
        try:
            job.after(point)
        except (AssertionError, WorkcellError) as error:
            wrong.append(f"killed at {point}: {type(error).__name__}: {error}")
    name = NAMES[verb] if only is None else f"{NAMES[verb]}, a sample of {len(every)}"
    summary = figures.record(name, calls=len(chosen), killed=landed, wrong=len(wrong))
    assert not wrong, summary + "\n" + "\n".join(wrong)
    assert landed > len(chosen) * 0.7, summary


@pytest.mark.heavy
@pytest.mark.parametrize(("verb", "count"), [("merge", 12), ("squash", 4), ("recovery", 8), ("rm", 12)])
def test_killed_at_some_calls_the_next_one_completes_it(lab, tmp_path, verb, count):
    sweep(lab, verb, tmp_path, count)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", ["merge", "squash", "recovery", "rm"])
def test_killed_at_every_call_the_next_one_completes_it(lab, tmp_path, verb):
    sweep(lab, verb, tmp_path, None)
