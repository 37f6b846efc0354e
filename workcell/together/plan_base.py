"""The commit that a run of a plan starts at: the work of other runs of the plan, merged before anything is made."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound, Refused
from workcell.git import merging, repository, run_work
from workcell.rundir import find, look

if TYPE_CHECKING:
    from workcell.rundir.schema.plans import PlanEntry
    from workcell.views.plan_state import State

WHO = tuple(f"GIT_{role}_{key}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL"))
"""Variables by which a person tells git who commits."""


class Conflict(Refused):
    """The work of two runs does not fit together."""

    def __init__(self, message: str, hint: str, files: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.files = files


def commit_of(state: State, entry: PlanEntry, env: Mapping[str, str]) -> str | None:
    """The commit to start at; None for the HEAD of the tree.

    Merges are computed from commits alone: nothing but objects is written. Raises Conflict with the files of a merge
    that does not go through, Refused for work that is not committed or of another repository, NotFound for none.
    """
    if entry["base"] is None and not entry["merge"]:
        return None
    tree = repository.find(entry["options"]["repo"])
    if tree is None or tree.head is None:
        raise NotFound(f"{entry['options']['repo']} has no commit to start at", "git commit")
    commit = tree.head if entry["base"] is None else _work_of(state, entry["base"], tree)
    who = {name: env[name] for name in WHO if env.get(name)}
    for name in entry["merge"]:
        commit = _merged(state, tree, commit, name, who)
    return commit


def _merged(state: State, tree: repository.Tree, commit: str, name: str, who: Mapping[str, str]) -> str:
    """The commit with the work of the entry `name` merged into it."""
    other = _work_of(state, name, tree)
    if merging.is_ancestor(tree, other, commit):
        return commit
    if merging.is_ancestor(tree, commit, other):
        return other
    made = merging.combine(tree, commit, other)
    if made.tree is None:
        raise Conflict(
            f"the work of {name!r} conflicts with what is merged before it",
            f"make them fit in the tree of {state.newest(name)}, and commit: workcell path {state.newest(name)}",
            made.conflicts,
        )
    return merging.commit(tree, made.tree, (commit, other), f"workcell plan: merge {name}\n", who)


def _work_of(state: State, name: str, tree: repository.Tree) -> str:
    """The commit that the work of the entry `name` has come to."""
    run = state.newest(name)
    if run is None:
        raise NotFound(f"{name!r} has no run whose work could be taken", f"workcell plan retry {state.id} {name}")
    work = run_work.of(look.at(find.path_of(state.home, run)))
    if work.source.common_dir != tree.common_dir:
        raise Refused(f"{name!r} worked in another repository: {work.source.top}", "leave it out of 'base' and 'merge'")
    if work.own and work.tree is not None:
        left = run_work.uncommitted(repository.status(work.tree))
        if left:
            place = shlex.quote(work.tree.top)
            raise Refused(
                f"{run} left work uncommitted in {work.tree.top}: {'; '.join(left)}",
                f"git -C {place} add --all && git -C {place} commit -m rest",
            )
    head = work.head
    if head is None:
        raise NotFound(f"the branch of {run} is gone", f"workcell plan retry {state.id} {name}")
    return head
