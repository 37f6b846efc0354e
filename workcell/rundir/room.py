"""Whether a full disk holds a live run up: its runner holds full.lock for as long as the log takes nothing."""

import os

from workcell.base import probe
from workcell.rundir import layout, locks

LITTLE = 1 << 20
"""Bytes free, below which the disk is called full."""


def held_up(run: str) -> "str | None":
    """In words, what holds the agent of a live run up; None when its output finds room.

    The lock goes with the runner, so that nothing has to be written on the full disk for the answer to be right.
    """
    if locks.held(os.path.join(run, layout.FULL_LOCK)) != probe.YES:
        return None
    try:
        about = os.statvfs(run)
    except OSError as error:
        return f"the disk takes none of the agent's output ({error.strerror}); the agent stands still until it does"
    free = about.f_bavail * about.f_frsize
    if about.f_files and not about.f_favail:
        why = "the disk is full: no file can be made"
    elif free < LITTLE:
        why = f"the disk is full: {free // 1024} KiB free"
    else:
        why = f"the disk takes none of the agent's output, though {free >> 20} MiB are free: a quota, or a fault"
    return f"{why} for {run}; the agent stands still until there is room"
