"""flock(2) on files that are never unlinked: the right to write, and the sign that somebody lives."""

import errno
import fcntl
import os
import time

from workcell.base import platform, probe, record

PATIENCE = 1.0
"""Seconds for which a taker asks again: readers hold a shared lock for an instant to look."""


def held(path: str) -> str:
    """Whether somebody holds the lock: YES, NO (also when it was never made) or UNKNOWN."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return probe.NO
    except OSError:
        return probe.UNKNOWN
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return probe.YES if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else probe.UNKNOWN
    finally:
        os.close(fd)
    return probe.NO


def take(path: str, patience: float = PATIENCE) -> "int | None":
    """An open descriptor that holds the lock, or None when somebody else kept it for `patience` seconds.

    The lock is given back by closing every copy of the descriptor, never by unlocking.
    """
    deadline = time.monotonic() + patience
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_of(fd, path):
                return fd
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                os.close(fd)
                raise
        os.close(fd)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.01)


def is_of(fd: int, path: str) -> bool:
    """Whether the descriptor is of the file that has that name now: agent.lock may be renamed over."""
    try:
        mine, now = os.fstat(fd), os.stat(path)
    except OSError:
        return False
    return (mine.st_dev, mine.st_ino) == (now.st_dev, now.st_ino)


def sign(fd: int, role: str) -> None:
    """Write who holds the lock into it: for words only, nothing is decided by it."""
    line = record.encode_line({"role": role, **platform.identity(os.getpid())})
    try:
        os.pwrite(fd, line, 0)
        os.ftruncate(fd, len(line))
    except OSError:
        pass  # a full disk takes nothing from the lock


def holder(path: str) -> "dict[str, object] | None":
    """What the holder wrote of itself; None when nothing readable stands there."""
    try:
        with open(path, "rb") as file:
            return record.decode(file.read(4096))
    except (OSError, ValueError):
        return None


def renew(path: str) -> None:
    """Put a fresh, free lock file in the place of one that exempt leftovers still hold."""
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}")
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    os.rename(temporary, path)
