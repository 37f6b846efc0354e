"""The claim of a launch or a resume on its working tree, and who has the tree where it cannot be had."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound, TreeBusy
from workcell.rundir import caller, find, lease, look, no_tree, phase, standby

if TYPE_CHECKING:
    from workcell.rundir import schema

_CURES = {
    phase.CORRUPT: "its records have to be looked at first: workcell fsck {run}",
    phase.UNKNOWN: "whether it still lives could not be asked: workcell status {run}",
}


def claim(home: str, top: str, run_id: str, *, worktree: bool, shared: bool = False) -> lease.Lease:
    """The claim on the tree at `top`, which is `shared` with others that share it.

    `worktree`: the caller could work in a worktree of its own.
    Raises TreeBusy, with how the run stands that has the tree, and what else `lease.claim` raises.
    """
    try:
        return lease.claim(home, top, run_id, lambda run: find.is_live(home, run), shared=shared)
    except TreeBusy as error:
        raise _explained(home, top, error.run, worktree, not shared and is_shared(home, top)) from None


def claim_again(seen: look.Look, home: str, intent: schema.Attempt) -> AbstractContextManager[object]:
    """The claim of a resume on the tree of its run; none of a run without a tree. Raises as `claim`."""
    if no_tree.of(seen.launch):
        return nullcontext()
    return claim(home, intent["cwd"], seen.id, worktree=False, shared=intent.get("share") is not None)


def holder(home: str, top: str) -> str | None:
    """A live run that has the tree now, for words about it; None where there is none, or it cannot be told."""
    try:
        return next(iter(lease.runs_in(home, top, lambda run: find.is_live(home, run))), None)
    except (OSError, NotFound):
        return None  # there is no such tree yet: that of a run without one comes with its directory


def is_shared(home: str, top: str) -> bool:
    """Whether the live runs that have the tree share it, as far as the lease says."""
    named = lease.holder(home, top)
    return named is not None and named.get("shared") is True


def words(home: str, top: str, run: str) -> str:
    """Which run has the tree, and how it stands."""
    seen = look.at(find.path_of(home, run))
    prepared = seen.starts_later and seen.phase == phase.CREATED
    stands = "was prepared and is not started" if prepared else f"is {seen.phase}"
    shares = "is shared, and in use" if is_shared(home, top) else "is in use"
    return f"the working tree {top!r} {shares} by the run {run!r}, which {stands}"


def _explained(home: str, top: str, run: str, worktree: bool, shared: bool) -> TreeBusy:
    seen = look.at(find.path_of(home, run))
    also: list[str] = []
    beside = ["or work beside it, in a worktree of its own: --worktree"] if worktree else []
    if shared:
        beside.append("or share the tree with it: --share")
    if seen.phase == phase.CREATED and seen.starts_later:
        cure, waits = f"start it: workcell resume {run}", False
        also = [f"or have it give the tree back: workcell stop {run}"]
    elif run in {os.path.basename(path) for path in caller.place_of(os.getpid(), home).runs}:
        cure = "give the child a tree of its own: --worktree; only a parent launched with --share shares its tree"
        return TreeBusy(words(home, top, run), cure, None, run=run, waits=False, worktree=worktree)
    elif standby.waits(seen) or standby.keeps(seen.attempt):
        cure, waits = f"end it with its check, which gives the tree back: workcell finish {run}", False
    elif seen.phase in _CURES:
        cure, waits = _CURES[seen.phase].format(run=run), False
    else:
        cure, waits = f"workcell wait {run}, then give the same command again", True
    details = [*also, *beside]
    error = TreeBusy(words(home, top, run), cure, details, run=run, waits=waits, worktree=worktree, shared=shared)
    error.also = also
    return error
