"""Whether a run has a working tree at all, and what one without a tree cannot be asked for."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from workcell.base.errors import Refused
from workcell.rundir import layout, no_tree

if TYPE_CHECKING:
    from workcell.launch.options import Options
    from workcell.launch.plan import Plan
    from workcell.texts.brief import Brief

AROUND = "current directory"
"""Origin of the directory of a run where neither options nor the brief name one."""

KEPT = "kept"
"""`tree` of the options of a resume: the run has the tree that it was launched in, whatever its new brief says."""


def none_wanted(brief: Brief, options: Options) -> bool:
    """Whether the run is to have no tree. Refused where the same launch names a repository."""
    if options.tree == KEPT or no_tree.NONE not in (options.tree, brief.values["tree"]):
        return False
    who = options.who("tree") if options.tree is not None else brief.path
    repo = options.who("repo") if options.repo is not None else brief.path if brief.values["repo"] else None
    if repo is not None:
        raise Refused(
            f"a run without a tree ('tree: none', {who}) works in no repository, and one is named ({repo})",
            "leave one of them out: tree, or repo",
        )
    return True


def refuse_place(home: str, directory: str) -> None:
    """Refused for the directory of a run without a tree: what is launched from there has to name its repository."""
    runs = os.path.join(os.path.realpath(home), layout.RUNS, "")
    path = os.path.realpath(directory)
    if path.startswith(runs) and path.removeprefix(runs).split("/")[1:2] == [layout.NO_TREE]:
        raise Refused(
            "this directory belongs to a run without a tree, and is no repository",
            "name the repository: --repo DIR, or launch with --tree none",
        )


def check_place(made: Plan) -> None:
    """Refused for an agent that would have the root or the home directory as its tree without being told so."""
    top = os.path.realpath(made.top)
    if made.recipe.values["reader"] == "none" or made.dir or made.origins.get("repo") != AROUND:
        return
    if top in ("/", os.path.realpath(os.path.expanduser("~"))):
        what = "the root directory" if top == "/" else "your home directory"
        raise Refused(
            f"an agent would work in {top}, {what}, with all that is below it",
            f"cd into a project, or launch with --tree none; if you mean it: --repo {shlex.quote(top)}",
        )


def check(made: Plan) -> None:
    """Refused for what cannot be had without a tree."""
    if not made.no_tree:
        return
    said = made.origins
    asked = {
        "worktree": made.worktree is not None,
        "share": made.share is not None,
        "dir": bool(made.dir),
        "forbid": bool(made.forbid),
        "require.clean": made.clean,
        "carry": bool(made.carry),
    }
    wrong = next((key for key, there in asked.items() if there), None)
    if wrong is not None:
        raise Refused(
            f"a run without a tree ('tree: none') cannot have '{wrong}' ({said.get(wrong)})",
            f"leave one of them out: tree, or {wrong}",
        )
