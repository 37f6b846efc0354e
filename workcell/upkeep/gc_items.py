"""What gc lists: one proposal for each thing that could go, with its proof."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

HOUR = 3600.0
DAY = 86400.0


@dataclass
class Item:
    """One proposal. `kind` is run, staged, unfinished, worktree, log, ledger, notices, cgroup or plan;
    `can`: it may go; `why`: the proof, or the lack of it."""

    kind: str
    path: str
    bytes: int
    can: bool
    why: list[str]
    done: str | None = None
    cure: str | None = None
    """The command that would let it go, where it stays."""


def size(path: str) -> int:
    """Bytes on disk of all files below a directory."""
    total = 0
    for directory, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(directory, name)).st_blocks * 512
            except OSError:
                continue
    return total


def young(path: str) -> bool:
    """Made within the hour: a launch makes its tree, and its staged run, some moments before the run is there."""
    try:
        return time.time() - os.stat(path).st_mtime < HOUR
    except OSError:
        return True
