"""Whether the work of a run can be merged, was merged, and the command for it: for views, which change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from workcell.git import merging, repository, run_work
from workcell.rundir import look


@dataclass(frozen=True)
class State:
    branch: str | None
    """The branch of the run's own worktree; None for a run without one."""
    merged: bool | None
    """Whether the main working tree has its commits; None where that cannot be told."""
    command: str | None
    """What merges it, None where nothing is left to merge."""
    directory: str | None
    """Where that command is meant: the main working tree of the repository."""


def state(seen: look.Look) -> State:
    """How it stands with the work of a run that is over. Raises what `run_work.of` and git raise."""
    if seen.launch is None or not seen.launch["worktree"]:
        return State(None, None, None, None)
    work = run_work.of(seen)
    top = repository.worktrees(work.source)[0].top
    facts = look.facts_at(seen, seen.n)
    git = facts.get("git") if facts is not None else None
    loose = git is not None and not git["clean"] and work.tree is not None
    ours, theirs = repository.head(top), work.head
    if theirs is None:
        return State(work.branch, None, None, None)
    merged = merging.holds(work.source, ours, theirs) if ours is not None else False
    if merged and not loose:
        new = theirs != work.base
        return State(work.branch, new or None, None, None)
    rest = " --commit-rest" if loose else ""
    return State(work.branch, merged and not loose, f"workcell merge {work.id}{rest}", top)
