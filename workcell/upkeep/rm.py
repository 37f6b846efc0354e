"""rm: one run goes, with its tree and its branch; what is in no other commit is kept in a snapshot first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from workcell.base.errors import Invalid, NoSuchRun, NotFound, Refused, TryAgain, WorkcellError
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.finish import of_plan
from workcell.git import branch_removal, merging, repository, run_work, safe_removal, snapshot, worktrees
from workcell.git.snapshot import Snapshot
from workcell.rundir import find, layout, ledger, locks, look, plans
from workcell.rundir.cell import Cell
from workcell.together import plan_advance
from workcell.upkeep import merge_hints, run_removal
from workcell.views import plan_takes

LOST_WITH_SNAPSHOT = frozenset({"clean", "merged or pushed", "named", "at rest"})
"""Proofs of a tree that `force` does without: a snapshot holds what they are about."""


PATIENCE = 10.0
"""Seconds for which another process may bring the plan of the run on, or remove the run."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    force: bool = False
    """Also where work is not committed, or not merged."""
    keep_tree: bool = False
    """Leave its working tree, and the branch that is checked out there."""
    keep_branch: bool = False


@dataclass(frozen=True)
class Result:
    id: str
    snapshot: str | None
    """The ref that keeps what was in the tree; null where no tree was removed, or a branch that stays has all of it."""
    repo: str | None
    """The repository that has this ref."""
    tree: str | None
    """The working tree that was removed."""
    branch: str | None
    """The branch that was removed."""
    notes: list[str]
    """What stays, and why."""


@dataclass(frozen=True)
class Results:
    """Of several runs."""

    runs: list[Result]
    failed: list[dict[str, str | int | None]]
    """Runs for which it failed: `run`, `error`, `code`, `exit`, `hint`."""


@dataclass
class _Removal:
    """One removal on its way: what has gone so far."""

    request: Request
    run: str
    work: run_work.RunWork | None
    clean: Cleaner
    snapshot: str | None = None
    taken: Snapshot | None = None
    tree: str | None = None
    branch: str | None = None
    notes: list[str] = field(default_factory=list)


def perform(cell: Cell, request: Request) -> Result:
    """The operation `rm`: snapshot, tree, branch, records, in this order. Killed in between, the next call goes on.

    Raises Refused for a run that is not over, and for work that no other commit has unless `force` is set; TryAgain
    while a process works in the tree or the run. Nothing is removed then.
    """
    run = find.run_to_change(cell.home, request.run, ended=True)
    with _alone(cell.home, run):
        return _removed(cell, request, run)


@contextmanager
def _alone(home: str, run: str) -> Iterator[None]:
    """The lock of the removal of this run. Raises TryAgain while another `rm` has it, NoSuchRun where one was done."""
    name = os.path.basename(run)
    place = run_removal.removing_lock(home, name)
    os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)
    lock = locks.take(place, PATIENCE)
    if lock is None:
        raise TryAgain(f"another rm removes {name} at this moment", f"workcell rm {name}")
    try:
        if not (os.path.isdir(run) or ledger.exists(run)):
            raise NoSuchRun(f"{name} was removed by another rm meanwhile", "workcell ls", word=name)
        yield
    finally:
        if locks.is_of(lock, place):
            os.unlink(place)
        os.close(lock)


def _removed(cell: Cell, request: Request, run: str) -> Result:
    seen = look.at(run)
    merge_hints.check_over(seen)
    _not_inside(cell, seen.id)
    removal = _Removal(request, run, _work(seen), run_cleaner.of_run(run if os.path.isdir(run) else None))
    _leave_plan(cell.home, removal, seen)
    unsaved = _unsaved(removal)
    if unsaved and not request.force:
        raise Refused(
            f"{seen.id} has work that no other branch has",
            f"{merge_hints.to_merge(seen)}; or let it go, with a snapshot of it: workcell rm {seen.id} --force",
            details=[removal.clean.mask(line) for line in unsaved],
        )
    _remove_tree(cell.home, removal)
    _remove_branch(cell.home, removal)
    _forget_empty(removal)
    done = run_removal.remove(run)
    if done != run_removal.REMOVED:
        raise TryAgain(f"the records of {seen.id} stay: {done.removeprefix('left: ')}", f"workcell rm {seen.id}")
    notes = [removal.clean.mask(note) for note in removal.notes]
    return Result(seen.id, removal.snapshot, _keeper(removal), removal.tree, removal.branch, notes)


def _leave_plan(home: str, removal: _Removal, seen: look.Look) -> None:
    """See to it that the plan of the run, where it has one that is not over, goes on without it.

    Its end is put on the record of the plan, which is worked out from the run as long as it is there. Raises Refused
    where an entry is to start with its work, unless `force` is set, and TryAgain where the plan cannot be written now.
    """
    plan = of_plan.of_run(home, seen.launch)
    if plan is None or plan not in plans.open_ids(home):
        return
    try:
        noted = plan_advance.note_ends(home, plan, PATIENCE)
        taken = plan_takes.of_plan(home, plan).get(seen.id)
    except (Invalid, NotFound):
        return  # nothing can be started for it any more
    if not noted:
        raise TryAgain(f"the plan {plan} is brought on at this moment", f"workcell rm {seen.id}")
    if taken is not None and not removal.request.force:
        cure = f"workcell plan show {plan}; or give its work up: workcell rm {seen.id} --force"
        raise Refused(f"{seen.id} stays: {taken.why}", cure)
    if taken is not None:
        removal.notes.append(f"{taken.by!r} of the plan {plan} cannot be started without its work")


def _keeper(removal: _Removal) -> str | None:
    """Where the snapshot can be asked for, now that the tree is gone."""
    if removal.snapshot is None or removal.work is None:
        return None
    source = removal.work.source
    return source.top if os.path.isdir(source.top) else source.common_dir


def _not_inside(cell: Cell, run: str) -> None:
    tree = os.path.realpath(os.path.join(cell.home, layout.WORKTREES, run))
    if os.path.realpath(cell.directory).startswith(tree + "/") or os.path.realpath(cell.directory) == tree:
        raise Refused(f"you stand in the tree of {run}", f"cd; workcell rm {run}")


def _work(seen: look.Look) -> run_work.RunWork | None:
    """Its tree and its branch; None where it has none of its own, or its repository is gone."""
    if seen.launch is None or not seen.launch["worktree"]:
        return None
    try:
        return run_work.of(seen)
    except WorkcellError:
        if os.path.isdir(seen.launch["workspace"]):
            raise  # the tree is there, and what it holds could not be asked
        return None


def _unsaved(removal: _Removal) -> list[str]:
    """What would be only in a snapshot afterwards, one line each."""
    work, lines = removal.work, []
    if work is None:
        return []
    if work.tree is not None and not removal.request.keep_tree:
        lines += run_work.uncommitted(repository.status(work.tree))
        busy = repository.under_way(work.tree)
        lines += [f"a {busy} is under way"] if busy else []
    # a branch that stays keeps its commits; those that HEAD alone leads to are counted with the tree
    count = _unmerged(removal, work)
    if count:
        branch = f"branch {work.branch}" if work.branch else "its tree"
        lines.append(f"{count} unmerged {'commit' if count == 1 else 'commits'} of {branch}")
    return lines


def _unmerged(removal: _Removal, work: run_work.RunWork) -> int:
    """Commits that nothing but the tree or the branch that would go leads to."""
    request = removal.request
    heads = [] if request.keep_tree else [head for head in (work.head,) if head]
    tip = work.tip
    goes = _goes(removal, work)
    if goes and tip:
        heads.append(tip)
    if not heads:
        return 0
    stays = [f"--exclude={work.branch}"] if goes else []
    words = ("rev-list", "--count", *heads, "--not", *stays, "--branches", "--remotes", "--tags")
    count = int(repository.must(work.source.top, *words, timeout=repository.WHOLE))
    main = repository.worktrees(work.source)[0]
    into = run_work.tip(work.source, main.branch) if main.branch else None
    # squashed or picked into the branch of the main tree: nothing of it is missing there
    if count and into and all(merging.holds(work.source, into, head) for head in heads):
        return 0
    return count


def _goes(removal: _Removal, work: run_work.RunWork) -> bool:
    """Whether the branch is to go: only one that was made for this run."""
    return work.branch == run_work.BRANCHES + work.id and not (removal.request.keep_branch or removal.request.keep_tree)


def _remove_tree(home: str, removal: _Removal) -> None:
    path = os.path.join(home, layout.WORKTREES, os.path.basename(removal.run))
    folder = os.path.dirname(path)
    begun = dict(worktrees.unfinished(folder)).get(os.path.realpath(path)) if os.path.isdir(folder) else None
    if removal.request.keep_tree or not (os.path.lexists(path) or begun):
        if os.path.lexists(path):
            removal.notes.append(f"its tree stays: {path}")
        return
    work = removal.work
    if work is not None and work.tree is not None:
        removal.taken = snapshot.take(work.tree, work.id, "before rm")
        removal.snapshot = removal.taken.ref
    # what is unmerged was found out before: the proof knows nothing of squashed commits
    without = LOST_WITH_SNAPSHOT if removal.request.force else frozenset({"merged or pushed", "named"})
    safe_removal.remove(path, without)
    removal.tree = path


def _remove_branch(home: str, removal: _Removal) -> None:
    work = removal.work
    if work is None or work.branch is None:
        return
    note = run_removal.branch_note(home, work.id)
    branch_removal.settle(_source(work), work.branch, note)
    tip = work.tip
    if tip is None:
        return
    if not _goes(removal, work):
        if not removal.request.keep_tree:
            removal.notes.append(f"its branch stays: {work.branch}")
        return
    source = _source(work)
    used = [one.top for one in repository.worktrees(source) if one.branch == work.branch and not one.prunable]
    if used:
        removal.notes.append(f"its branch {work.branch} stays: it is checked out in {used[0]}")
        return
    branch_removal.delete(source, work.branch, tip, note)
    removal.branch = work.branch


def _forget_empty(removal: _Removal) -> None:
    """Delete the snapshot again where all that it has is in a commit that a branch, a remote one or a tag leads to."""
    work, taken = removal.work, removal.taken
    if work is None or taken is None or not snapshot.is_empty(_source(work), taken):
        return
    words = ("update-ref", "-d", taken.ref, taken.commit)
    if repository.ask(work.source.common_dir, *words).ok:
        removal.snapshot = None


def _source(work: run_work.RunWork) -> repository.Tree:
    """The repository by its git directory, which is still there after the tree of the run has gone."""
    return work.source._replace(top=work.source.common_dir)
