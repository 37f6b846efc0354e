"""Runs without a working tree: they work in an empty directory of their own, in the directory of the run."""

import os

from workcell.rundir import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from workcell.rundir import schema

NONE: "Final" = "none"
"""`tree` of a brief and of launch.json."""

WHY = "it was launched without a tree (tree: none)"
"""What is said where git would be asked about its work."""


def of(launch: "schema.Launch | None") -> bool:
    """Whether the run was launched without a tree."""
    return launch is not None and launch.get("tree") == NONE


def place(run: str) -> str:
    """The directory in which it works."""
    return os.path.join(run, layout.NO_TREE)
