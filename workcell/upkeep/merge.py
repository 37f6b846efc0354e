"""merge: the work of a run into the branch of the tree where a person stands."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from workcell.base.errors import NotFound, Refused, TryAgain
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.finish import verify
from workcell.git import agent_leftovers, merging, repository, restore, run_work, tree_state
from workcell.judgement import outcome
from workcell.rundir import find, layout, lease, locks, look, proposals
from workcell.rundir.cell import Cell
from workcell.upkeep import merge_hints

_WHO = tuple(f"GIT_{role}_{key}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL", "DATE"))
"""Variables by which a person tells git who commits; they count here as they do for git."""


PATIENCE = 30.0
"""Seconds for which another merge into the same tree may take."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    squash: bool = False
    """One commit of all changes, in place of the commits of the run."""
    commit_rest: bool = False
    """Commit first what is not committed in the tree of the run."""
    message: str | None = None
    """Message of the commit that is made: of the squashed one, else of the rest, else of the merge."""
    force: bool = False
    """Also a run that has not passed."""
    verify: bool = False
    """Also a run that has not passed, where its pinned check passes now, on just what is merged."""


@dataclass(frozen=True)
class Result:
    id: str
    how: str
    """`merge`, `fast-forward`, `squash`, or `nothing` where all of it was there before."""
    top: str
    """The tree that was merged into."""
    into: str
    """Its branch."""
    commit: str
    """The commit that the branch is at now."""
    commits: int
    """How many commits of the run came with it."""
    files: list[str]
    """The paths that changed in the branch."""
    rest: str | None
    """The commit of what was not committed before; null where there was none."""
    notes: list[str]
    next: str
    """The command that removes the run, its tree and its branch."""
    verified: bool = False
    """Whether the pinned check passed for this merge, on just what was merged."""


@dataclass
class _Merge:
    """One merge on its way."""

    request: Request
    seen: look.Look
    work: run_work.RunWork
    target: repository.Tree
    who: Mapping[str, str]
    clean: Cleaner
    notes: list[str] = field(default_factory=list)
    verified: str | None = None
    """The tree object on which the pinned check passed for this merge."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `merge`. Until all checks hold, neither the target nor the tree of the run is changed.

    Raises Refused for a run that is not over or has not passed, a target with changes, a conflict or a file in the
    way, uncommitted work without `commit_rest`, and a check that does not pass for `verify`; TryAgain while another
    program works in the target. With `verify`, `cell.progress` is told `line` with each line that the check prints.
    """
    path = run_work.found(cell.home, request.run, cell.directory)
    seen = look.at(path)
    request = replace(request, run=seen.id)
    _check_run(seen, request)
    work = run_work.of(seen)
    target = _target(cell, work)
    who = {name: cell.environment[name] for name in _WHO if cell.environment.get(name)}
    merge = _Merge(request, seen, work, target, who, run_cleaner.of_run(path))
    if request.verify:
        merge.verified = _verified(merge, cell)
    with _lock(cell.home, target, request) as lock:
        undone = merging.recover(target, lock)
        if undone:
            merge.notes.append(undone)
        _check_target(cell.home, target)
        merge.target = _target(cell, work)  # again: another merge may have moved the branch while this one waited
        return _merged(merge, lock)


def _check_run(seen: look.Look, request: Request) -> None:
    merge_hints.check_over(seen)
    if seen.outcome != outcome.PASSED and not (request.force or request.verify):
        why = f": {seen.reason}" if seen.reason else ""
        cure = merge_hints.of_unpassed(seen, request)
        raise Refused(f"{seen.id} has not passed, it is {seen.outcome}{why}", cure)
    if request.verify and not merge_hints.has_check(seen):
        cure = merge_hints.of_unpassed(seen, replace(request, verify=False))
        raise NotFound(f"{seen.id} has no check that could be run", cure)


def _target(cell: Cell, work: run_work.RunWork) -> repository.Tree:
    """The tree around the directory of the cell, if the work of the run can come into it."""
    if not work.own:
        raise Refused(
            f"{work.id} had no tree of its own: its work is in {work.workspace} already",
            f"workcell diff {work.id} shows it",
        )
    found = repository.find(cell.directory)
    home = f"cd {shlex.quote(_home_of(work))}, or the worktree that it is to be merged in"
    if found is None or found.bare:
        raise NotFound("you stand in no working tree of git", home)
    if os.path.realpath(found.top) == os.path.realpath(work.workspace):
        raise Refused(f"you stand in the tree of {work.id} itself", home)
    if found.common_dir != work.source.common_dir:
        raise Refused(f"{found.top} is another repository than that of {work.id}", home)
    if found.branch is None or found.head is None:
        raise Refused(f"{found.top} is on no branch with a commit", "git switch BRANCH")
    return found


def _home_of(work: run_work.RunWork) -> str:
    """The main working tree of the repository."""
    return repository.worktrees(work.source)[0].top


@contextmanager
def _lock(home: str, target: repository.Tree, request: Request) -> Iterator[int]:
    """The lock file of merges into this tree."""
    where = os.path.join(home, layout.MERGES, lease.name_of(target.top))
    os.makedirs(os.path.dirname(where), 0o700, exist_ok=True)
    lock = locks.take(where, PATIENCE)
    if lock is None:
        raise TryAgain(f"another merge into {target.top!r} goes on", merge_hints.command(request))
    try:
        yield lock
    finally:
        os.close(lock)


def _check_target(home: str, target: repository.Tree) -> None:
    busy = repository.under_way(target)
    if busy:
        raise Refused(f"{target.top} is in the middle of a {busy}", repository.ENDS[busy])
    if repository.index_locked(target):
        raise TryAgain(f"a git command works in {target.top}, or was killed there", "look at .git/index.lock")
    for run in lease.runs_in(home, target.top, lambda run: find.is_live(home, run)):
        raise TryAgain(f"the run {run} works in {target.top}", f"workcell wait {run}")
    state = repository.status(target)
    lines = [line for line in run_work.uncommitted(state) if not line.startswith(f"{state.untracked.total} untracked")]
    if lines:
        raise Refused(f"{target.top} has uncommitted changes", "commit or stash them", details=lines)


def _verified(merge: _Merge, cell: Cell) -> str:
    """The tree object that would be merged now, once the pinned check of the run has passed on it. Raises Refused."""
    work = merge.work
    head = _head(work)
    if work.tree is None:
        raise NotFound(f"the tree of {work.id} is gone, and its check has no place to run", "merge it without --verify")
    tree = merging.tree_of(work.source, _rest(merge, head) or head)
    merge.notes.clear()  # said again by the merge itself
    found = verify.verify(merge.seen.run, show=lambda text: cell.progress("line", text))
    if not found.passed:
        said = f"ended with {found.verify['code']}" if found.verify["how"] == "exited" else f"was {found.verify['how']}"
        raise Refused(
            f"the check of {work.id} does not pass: it {said}",
            f"mend it: cd {shlex.quote(work.workspace)}, and then: {merge_hints.command(merge.request)}",
        )
    return tree


def _head(work: run_work.RunWork) -> str:
    head = work.head
    if head is None:
        raise NotFound(f"of {work.id} neither tree nor branch is left", f"workcell diff {work.id}")
    return head


def _merged(merge: _Merge, lock: int) -> Result:
    work, target = merge.work, merge.target
    ours, head = target.head, _head(work)
    assert ours is not None
    rest = _rest(merge, head)
    theirs = rest or head
    if merge.verified is not None and merging.tree_of(target, theirs) != merge.verified:
        raise Refused(f"the tree of {work.id} is not what its check saw", merge_hints.command(merge.request))
    made, how = _made(merge, ours, theirs)
    if made is not None:
        way = merging.in_the_way(target, ours, made)
        if way:
            raise Refused(f"{way!r} is in no commit of {target.top}, and would be overwritten", "move it away")
    changed = work.tree if rest is not None else None
    if changed is not None or made is not None:
        merging.intend(lock, target, ours, made or ours, changed.top if changed else None)
    if changed is not None:
        merging.keep(changed, head, theirs, lock)
    count = "0"
    if made is not None:
        words = ("rev-list", "--count", theirs, f"^{ours}")
        count = repository.must(target.top, *words, timeout=repository.WHOLE).decode()
        merging.move(target, ours, made, lock, f"workcell merge {work.id}: {how}")
    else:
        os.ftruncate(lock, 0)
    _note_later(merge, theirs)
    proposals.void_all(layout.home_of(merge.seen.run), work.id, "its work was merged")
    return Result(
        id=work.id,
        how=how,
        top=target.top,
        into=merge.clean.mask(str(target.branch)),
        commit=made or ours,
        commits=int(count),
        files=[merge.clean.mask(one.path) for one in restore.differences(target, ours, made or ours)],
        rest=rest,
        notes=[merge.clean.mask(note) for note in merge.notes],
        next=f"workcell rm {work.id}",
        verified=merge.verified is not None,
    )


def _rest(merge: _Merge, head: str) -> str | None:
    """A commit of what the tree of the run has uncommitted, on top of `head`; no branch leads to it yet.

    None where all is committed but for what its agent program leaves by itself.
    """
    work = merge.work
    if work.tree is None:
        kept = work.snapshots()
        if kept and kept[-1].head == head and kept[-1].commit:
            merge.notes.append(f"what was never committed stays in its snapshot: workcell salvage show {work.id}")
        return None
    _at_rest(work.tree)
    state = repository.status(work.tree)
    own, left = agent_leftovers.split(work.tree, state, merge.seen.recipe.get("leaves") or ())
    if not own and not state.submodules:
        if left:
            merge.notes.append(f"left by its agent program, and not merged: {', '.join(left[:5])}")
        return None
    if not merge.request.commit_rest:
        raise Refused(
            f"the tree of {work.id} has uncommitted work",
            f"{merge_hints.command(merge.request, loose=True)}, or commit it yourself in {work.tree.top}",
            details=[merge.clean.mask(line) for line in run_work.uncommitted(state)],
        )
    by_hand = f"commit it yourself: cd {shlex.quote(work.tree.top)}"
    if state.submodules or state.conflicted:
        raise Refused(
            f"{', '.join([*state.submodules.first, *state.conflicted.first][:3])} cannot be committed here", by_hand
        )
    layers = tree_state.read(work.tree, store=True, raw=False)
    if layers.work_tree == merging.tree_of(work.tree, head):
        repository.must(work.tree.top, "reset", "--quiet", "--mixed", "HEAD", timeout=repository.LONG)
        return None  # only the index is behind: a merge was killed after it had committed the rest
    if layers.missed:
        raise Refused(f"{layers.missed[0]!r} cannot be read", by_hand)
    filtered = _filtered(work.tree, [change.path for change in restore.differences(work.tree, head, layers.work_tree)])
    if filtered:
        raise Refused(f"{filtered!r} goes through a filter of git, such as LFS, which only git itself runs", by_hand)
    message = merge.request.message if not merge.request.squash else None
    return merging.commit(work.tree, layers.work_tree, [head], message or f"{_title(merge)}: the rest", merge.who)


def _at_rest(tree: repository.Tree) -> None:
    busy = repository.under_way(tree)
    if busy:
        raise Refused(f"the tree of the run, {tree.top}, is in the middle of a {busy}", repository.ENDS[busy])


def _filtered(tree: repository.Tree, paths: list[str]) -> str | None:
    """One of the paths that has a content filter; None where none has."""
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    out = repository.must(tree.top, "check-attr", "-z", "--stdin", "filter", input=given)
    fields = os.fsdecode(out).split("\0")
    triples = zip(fields[::3], fields[2::3], strict=False)
    return next((path for path, value in triples if value not in ("unspecified", "unset")), None)


_COMMIT = "git add -A && git commit -m 'Work of the run' && "
"""Uncommitted work stands in the way of a merge in the tree of a run: nothing was committed where one was refused."""


def _made(merge: _Merge, ours: str, theirs: str) -> tuple[str | None, str]:
    """(the commit that the branch goes to, how); None where it has all of it. Raises Refused with the conflicts."""
    target, request = merge.target, merge.request
    if merging.is_ancestor(target, theirs, ours):
        return None, "nothing"
    forward = merging.is_ancestor(target, ours, theirs)
    if forward and not request.squash and (request.message is None or request.commit_rest):
        return theirs, "fast-forward"
    tree = merging.tree_of(target, theirs)
    if not forward:
        combined = merging.combine(target, ours, theirs)
        if combined.tree is None:
            raise Refused(
                f"{merge.work.id} and {target.branch} change the same places; nothing was merged",
                f"merge {target.branch} in its tree and solve it there: cd {shlex.quote(merge.work.workspace)} && "
                f"{_COMMIT if request.commit_rest else ''}git merge {shlex.quote(str(target.branch))}",
                details=[f"conflict in {merge.clean.mask(path)}" for path in combined.conflicts],
            )
        tree = combined.tree
    if tree == merging.tree_of(target, ours):
        return None, "nothing"
    parents = [ours] if request.squash else [ours, theirs]
    return merging.commit(target, tree, parents, _message(merge, ours, theirs), merge.who), (
        "squash" if request.squash else "merge"
    )


def _title(merge: _Merge) -> str:
    """The objective of the run in one line."""
    objective = " ".join((merge.seen.objective or merge.seen.name).split())
    return merge.clean.line(objective if len(objective) <= TITLE else objective[: TITLE - 3] + "...")


TITLE = 72
"""Characters of the first line of a message."""


def _message(merge: _Merge, ours: str, theirs: str) -> str:
    request, work = merge.request, merge.work
    trailer = f"\n\nWorkcell-Run: {work.id}\n"
    if request.message is not None and (request.squash or not request.commit_rest):
        return request.message + trailer
    if not request.squash:
        return f"Merge {merge.seen.name}: {_title(merge)}{trailer}"
    words = ("log", "--reverse", "--format=* %s", theirs, f"^{ours}", "--")
    subjects = repository.must(merge.target.top, *words, timeout=repository.WHOLE).decode("utf-8", "replace")
    return f"{_title(merge)}\n\n{merge.clean.mask(subjects.strip())}{trailer}"


def _note_later(merge: _Merge, theirs: str) -> None:
    """Say that what is merged is not what the check saw."""
    facts = look.facts_at(merge.seen, merge.seen.n)
    git = facts.get("git") if facts else None
    if (
        merge.verified is not None
        or merge.seen.outcome != outcome.PASSED
        or git is None
        or git["head"] is None
        or git["head"] == theirs
    ):
        return
    if git["tree_hash"] != merging.tree_of(merge.target, theirs):
        merge.notes.append("the tree is not what the check saw: workcell verify " + merge.work.id)
