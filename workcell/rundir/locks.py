"""flock(2) on files that are never unlinked: the right to write, and the sign that a process lives."""

import errno
import fcntl
import os
import stat
import time

from workcell.base import json_codec, platform, probe
from workcell.rundir import safe_open

PATIENCE = 1.0
"""Seconds for which a taker asks again: readers hold a shared lock for an instant to look."""


_TRIES = 20
"""Times that a name is freed for a lock file; the agent may take it again each time."""

_OPEN = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def held(path: str, *, alone: bool = False) -> str:
    """Whether a process holds the lock: YES, NO (also when it was never made) or UNKNOWN.

    Anything but a regular file is no lock, and cannot be held: NO. With `alone`, for locks that the agent can
    replace, neither is a file with a second name: it may be the lock of a program that has nothing to do with the run.
    """
    try:
        fd = os.open(path, os.O_RDONLY | _OPEN)
    except OSError as error:
        return probe.NO if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO) else probe.UNKNOWN
    try:
        if not _is_lock(fd, alone):
            return probe.NO
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return probe.YES if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else probe.UNKNOWN
    finally:
        os.close(fd)
    return probe.NO


def _is_lock(fd: int, alone: bool) -> bool:
    about = os.fstat(fd)
    return stat.S_ISREG(about.st_mode) and (about.st_nlink == 1 or not alone)


def take(path: str, patience: float = PATIENCE, *, make: bool = True, alone: bool = False) -> "int | None":
    """An open descriptor that holds the lock, or None when another process kept it for `patience` seconds.

    The lock is given back by closing every copy of the descriptor, never by unlocking. With `make` a missing file is
    made, and what has the name and is no regular file, or may not be opened, is moved out of the way first; without
    it, OSError is raised then. With `alone` that is also done to a file with a second name, see `held`.
    """
    deadline = time.monotonic() + patience
    while True:
        fd = _open(path, alone) if make else os.open(path, os.O_RDWR | _OPEN)
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


def _open(path: str, alone: bool) -> int:
    for _ in range(_TRIES):
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | _OPEN, 0o600)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EACCES) or not os.path.lexists(path):
                raise
        else:
            if _is_lock(fd, alone):
                return fd
            os.close(fd)
        safe_open.clear(path)
    return os.open(path, os.O_RDWR | os.O_CREAT | _OPEN, 0o600)


def is_of(fd: int, path: str) -> bool:
    """Whether the descriptor is of the file that has that name now: agent.lock may be renamed over."""
    try:
        mine, now = os.fstat(fd), os.stat(path)
    except OSError:
        return False
    return (mine.st_dev, mine.st_ino) == (now.st_dev, now.st_ino)


def make_readable(path: str) -> bool:
    """Let the lock file be opened again whose mode its owner, the agent, took away; whether that was done.

    For who acts, not for who looks. Only a regular file of ours with one name is touched, and none by a link.
    """
    flags = getattr(os, "O_PATH", None)
    if flags is None:
        return False
    try:
        fd = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        about = os.fstat(fd)
        if about.st_uid != os.geteuid() or about.st_mode & 0o600 == 0o600 or not _is_lock(fd, alone=True):
            return False
        os.chmod(f"/proc/self/fd/{fd}", 0o600)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def sign(fd: int, role: str) -> None:
    """Write who holds the lock into it: for words only, nothing is decided by it."""
    line = json_codec.encode_line({"role": role, **platform.identity(os.getpid())})
    try:
        os.pwrite(fd, line, 0)
        os.ftruncate(fd, len(line))
    except OSError:
        pass  # a full disk takes nothing from the lock


def holder(path: str) -> "dict[str, object] | None":
    """What the holder wrote of itself; None when nothing readable stands there."""
    try:
        return json_codec.decode(safe_open.read(path, 4096) or b"")
    except (OSError, ValueError):
        return None


def renew(path: str) -> int:
    """Put a fresh lock file in the place of one that exempt leftovers still hold; a descriptor that holds it.

    It is held before it has its name: nothing that waits for a free lock comes in between.
    """
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}")
    fd = os.open(temporary, os.O_RDWR | os.O_CREAT | _OPEN, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.isdir(path) and not os.path.islink(path):
            safe_open.clear(path)
        os.rename(temporary, path)
    except OSError:
        os.close(fd)
        raise
    return fd
