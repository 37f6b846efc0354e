"""Tells whether anything in a working tree changed since a time, from a bounded look at names and times."""

import os

from workcell.base.errors import WorkcellError
from workcell.git import repository

SECONDS = 5.0
"""Maximum time for the question to git."""

ENTRIES = 5000
"""Maximum number of files and directories whose times are read."""


def changed_since(top: str, since: float) -> bool | None:
    """Whether the tree at `top` changed after the epoch time `since`; None when that could not be told.

    In a repository only what differs from HEAD is looked at, and HEAD itself: ignored files (caches, build output)
    do not count, and neither does a change that was taken back. Elsewhere every file counts. None also for a tree
    with more than ENTRIES files to look at, or a git that does not answer within SECONDS.
    """
    try:
        tree = repository.find(top)
        if tree is None:
            return _walk([top], since)
        moved = [os.path.join(tree.git_dir, name) for name in ("HEAD", os.path.join("logs", "HEAD"))]
        if any((_time(path) or 0.0) > since for path in moved):
            return True
        ran = repository.ask(tree.top, "status", "--porcelain", "-z", "--no-renames", timeout=SECONDS)
    except WorkcellError:
        return None
    if not ran.ok:
        return None
    paths = [os.path.join(tree.top, os.fsdecode(entry[3:])) for entry in ran.out.split(b"\0") if len(entry) > 3]
    return _walk(paths, since)


def _walk(paths: list[str], since: float) -> bool | None:
    """Whether one of the paths, or anything below them, is newer; of a path that is gone its directory counts."""
    left = ENTRIES
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        left -= 1
        if left < 0:
            return None
        at = _time(path)
        if at is None:
            at = _time(os.path.dirname(path.rstrip("/"))) or 0.0
        if at > since:
            return True
        if os.path.isdir(path) and not os.path.islink(path.rstrip("/")):
            try:
                with os.scandir(path) as entries:
                    waiting += [entry.path for entry in entries if entry.name != ".git"]
            except OSError:
                return None
    return False


def _time(path: str) -> float | None:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return None
