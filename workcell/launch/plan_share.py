"""Whether a run shares its working tree with others, and what that rules out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base.errors import Refused
from workcell.texts import recipe_hook

if TYPE_CHECKING:
    from workcell.launch.plan import Plan
    from workcell.launch.plan_values import Sources
    from workcell.rundir import schema

LONGEST = 240.0
"""Maximum seconds for which a hook waits for a claim: programs end a hook after 300."""


def share(said: Sources) -> schema.Share | None:
    """`share` of attempt.json; None for a run that has its tree to itself."""
    ranked = ((said.options.who("share"), said.options.share), (said.brief.path, said.brief.values["share"]))
    if not said.first("share", ranked):
        return None
    own, usual = said.brief.values["claims"]["wait"], said.settings["claims"]["wait"]
    return {"wait_seconds": min(LONGEST, usual if own is None else own)}


def check(made: Plan) -> None:
    """Raise Refused for what cannot be told of one run in a tree that others change, too."""
    if made.share is None:
        return
    if not recipe_hook.reaches(made.recipe.values):
        words = f"no hook of the program of recipe {made.recipe.name!r} claims what it edits"
        made.notes.append(f"{words}: it has to say so itself, with 'workcell claim'")
    said, shared = made.origins, "a run that shares its tree"
    if made.worktree is not None:
        words = f"{shared} ({said['share']}) cannot have a worktree of its own ({said['worktree']})"
        raise Refused(words, "leave one of them out: share, or worktree")
    if made.clean:
        words = f"'require: clean' ({said['require.clean']}) cannot be asked of {shared}: others work in it, too"
        raise Refused(words, "leave 'require: clean' out, or launch with --worktree in place of --share")
    if made.dirty == "snapshot":
        words = f"'dirty: snapshot' ({said['dirty']}) cannot be taken for {shared}: it would be the work of others"
        raise Refused(words, "launch with --dirty allow, or with --worktree in place of --share")
