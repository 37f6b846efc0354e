"""Forgets notices that were sent long ago."""

import os

from workcell.rundir import locks, notice

KEPT_SECONDS = 30 * 86400.0
"""Seconds for which a sent notice is kept: for as long, the same edge seen again sends nothing."""

MOST = 5000
"""Maximum number of notices that are looked at in one call of `prune`."""

HOUR = 3600.0


def prune(home: str, now: float, most: int = MOST) -> int:
    """Remove sent notices that are older than KEPT_SECONDS at the epoch time `now`; how many.

    At most `most` notices are looked at; of more, those that come next in the next hour. Nothing is done while
    another process sends: the holder of the outbox's lock prunes as well. OSError when the lock cannot be opened.
    """
    box = notice.box(home)
    if not os.path.isdir(os.path.join(box, notice.SENT)):
        return 0
    lock = locks.take(os.path.join(box, notice.LOCK), 0)
    if lock is None:
        return 0
    try:
        return remove(home, now, most)
    finally:
        os.close(lock)


def remove(home: str, now: float, most: int = MOST) -> int:
    """As `prune`, for the holder of the outbox's lock."""
    done = 0
    for path, _ in old(home, now, most):
        try:
            os.unlink(path)
            done += 1
        except OSError:
            continue
    return done


def old(home: str, now: float, most: "int | None" = None) -> "list[tuple[str, int]]":
    """(path, bytes) of sent notices that need not be kept; with `most` only a part is looked at, see `prune`."""
    directory = os.path.join(notice.box(home), notice.SENT)
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    if most is not None and len(names) > most:
        parts = -(-len(names) // most)
        start = int(now // HOUR) % parts * most
        names = sorted(names)[start : start + most]
    found = []
    for name in names:
        path = os.path.join(directory, name)
        try:
            about = os.lstat(path)
        except OSError:
            continue
        if about.st_mtime < now - KEPT_SECONDS:
            found.append((path, about.st_blocks * 512))
    return found
