"""The tree in which a run works: the one that was named, or a worktree of its own."""

import os
import shlex
from dataclasses import field

from workcell.base.errors import Refused
from workcell.base.light_dataclass import dataclass
from workcell.git import repository
from workcell.launch import plan, plan_tree
from workcell.rundir import layout, no_tree

IGNORED_SHOWN = 5


@dataclass
class Workspace:
    """Where the run works, what a person should know of it, and the snapshot that was taken, if any."""

    top: str
    tree: repository.Tree | None
    own: bool
    notes: list[str] = field(default_factory=list)
    snapshot: str | None = None


def check(made: plan.Plan) -> None:
    """Refused when the tree may not be worked in as it is; nothing is made."""
    if made.worktree is not None:
        if made.tree is None:
            raise Refused(f"no worktree can be made of {made.top}: {made.git_error}", "launch without --worktree")
        if made.tree.head is None:
            raise Refused(
                f"no worktree can be made of {made.top}: it has no commit yet",
                f"make one: git -C {shlex.quote(made.top)} commit --allow-empty -m start",
            )
        return
    if made.tree is None:
        plan_tree.check_place(made)
        return
    busy = repository.under_way(made.tree)
    if busy is not None:
        raise Refused(f"{made.top} is in the middle of a {busy}", "finish or abort it first, or launch with --worktree")
    if made.dirty == "refuse" and not repository.status(made.tree).clean:
        raise Refused(
            f"{made.top} has uncommitted work, and the policy is to refuse that (from {made.origins.get('dirty')})",
            "commit or stash it, or launch with --worktree or --dirty snapshot",
        )


def make(made: plan.Plan) -> Workspace:
    """The tree to work in, made now if it is to be the run's own; of a launch that fails after all, gc names it.

    That of a run without a tree comes with its directory.
    """
    if made.no_tree:
        return Workspace(no_tree.place(made.run), None, False)
    if made.worktree is None or made.tree is None:
        notes = [_lifted(made)] if not made.dir and os.path.realpath(made.repo) != os.path.realpath(made.top) else []
        return Workspace(made.top, made.tree, False, notes)
    from workcell.git import worktrees

    path = os.path.join(made.home, layout.WORKTREES, made.id)
    done = worktrees.create(
        made.tree, path, run=made.id, branch=made.worktree or None, base=made.base, carry=made.carry
    )
    found = Workspace(done.tree.top, done.tree, True, list(done.notes))
    found.notes.append(f"worktree {done.tree.top} on branch {done.branch}, from {done.base[:12]}")
    if done.carried:
        found.notes.append("carried: " + ", ".join(done.carried))
    if done.ignored:
        shown = ", ".join(done.ignored.first[:IGNORED_SHOWN])
        more = done.ignored.total - min(IGNORED_SHOWN, len(done.ignored.first))
        found.notes.append(f"not carried (ignored by git): {shown}" + (f" and {more} more" if more > 0 else ""))
    return found


def _lifted(made: plan.Plan) -> str:
    """What a person should know who named a directory below the top of a repository."""
    below = os.path.relpath(os.path.realpath(made.repo), os.path.realpath(made.top))
    return f"works in {made.top}, the top of the repository; add --dir {shlex.quote(below)} to start there"


def snapshot(made: plan.Plan, workspace: Workspace) -> None:
    """Where the policy says so, keep uncommitted work as a commit beside the branch before an agent touches it."""
    if workspace.tree is None and made.dirty == "snapshot" and not made.no_tree:
        workspace.notes.append(f"no snapshot was taken: {made.git_error}")
    if workspace.tree is None or workspace.own or repository.status(workspace.tree).clean:
        return
    if made.dirty == "snapshot":
        from workcell.git import snapshot as salvage

        workspace.snapshot = salvage.take(workspace.tree, made.id, "before launch").ref
        workspace.notes.append(f"uncommitted work is kept in {workspace.snapshot}: workcell salvage show {made.id}")
    else:
        workspace.notes.append(f"{workspace.top} has uncommitted work; the agent will see it and may change it")
