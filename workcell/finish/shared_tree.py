"""The end of an attempt in a tree that runs share: which changes are its own, and when its check may run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.git import changes, repository
from workcell.rundir import claims, events, layout, tree_turns

if TYPE_CHECKING:
    from workcell.rundir import schema

LONGEST = tree_turns.LONGEST

PAUSE = 0.5
"""Seconds between two looks at the other runs."""

SHOWN = 50
"""Maximum number of paths that no run claimed which are named."""

HASH = "not asked: other runs change the tree, too"


def narrow(
    found: schema.Facts, run: str, launch: schema.Launch, attempt: schema.Attempt, tree: repository.Tree | None
) -> None:
    """Take out of the facts what may be the work of other runs, and add the paths that no run claimed.

    A forbidden path counts where this run claimed it or was seen editing it.
    """
    try:
        own = claims.Tree(layout.home_of(run), attempt["cwd"])
    except OSError:
        return
    mine = claims.taken(own, os.path.basename(run)) | _seen_editing(run, own)
    found["forbidden"] = [entry for entry in found["forbidden"] if _covers(mine, entry["path"])]
    if found["git"] is not None:
        found["git"]["tree_hash"], found["git"]["tree_hash_error"] = None, HASH
    mark = launch.get("mark")
    if tree is None or not mark:
        return
    try:
        touched = changes.touched(tree, mark).paths
    except WorkcellError:
        return
    claimed = claims.taken(own)
    unclaimed = [path for path in sorted(touched) if not _covers(claimed, path)]
    if unclaimed:
        found["unclaimed"] = unclaimed[:SHOWN]


def _covers(paths: set[str], path: str) -> bool:
    above = path
    while above:
        if above in paths:
            return True
        above = os.path.dirname(above)
    return claims.WHOLE in paths


def _seen_editing(run: str, tree: claims.Tree) -> set[str]:
    """The paths that the records of the run's agent say it edited, relative to the top."""
    found = set()
    for _, line in events.read(os.path.join(run, layout.EVENTS)):
        if line is None or line.get("type") != "tool.call":
            continue
        data: Any = line.get("data")
        files = data.get("files") if isinstance(data, dict) else None
        for file in files if isinstance(files, list) else []:
            if isinstance(file, dict) and file.get("how") != "read" and isinstance(file.get("path"), str):
                found.add(tree.relative(os.path.join(tree.top, file["path"])))
    return {path for path in found if path is not None}


def wait_for_rest(run: str, attempt: schema.Attempt, go_on: Callable[[], bool], longest: float = LONGEST) -> list[str]:
    """Wait, while `go_on` says so, until no other run in the tree is in the middle of a turn.

    Returns the ids of those that still are. Nothing is waited for by a run that has its tree to itself.
    """
    if attempt.get("share") is None:
        return []
    until = clock.monotonic() + longest
    while busy := tree_turns.others(run, attempt["cwd"]):
        if clock.monotonic() >= until or not go_on():
            return busy
        time.sleep(PAUSE)
    return []
