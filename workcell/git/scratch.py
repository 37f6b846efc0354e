"""Scratch directories for git: locked while in use, so that what a killed process left there can be removed."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

PREFIX = "workcell-git-"
LOCK = ".lock"

_YOUNG = 60.0
"""Seconds for which one is left alone: its maker may not have locked it yet."""

_OLD = 86400.0
"""Seconds after which one without a lock is removed: longer than any use of it by a version that made no lock."""


@contextmanager
def directory() -> Iterator[str]:
    """A directory in the place for temporary files, removed afterwards; what dead processes left there goes first.

    The lock is not inherited by git: it is free as soon as its maker is dead, however that died.
    """
    import tempfile

    sweep(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as path:
        fd = os.open(os.path.join(path, LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield path
        finally:
            os.close(fd)


def sweep(place: str) -> int:
    """Remove scratch directories of ours in `place` whose maker is dead; how many."""
    import shutil

    gone = 0
    try:
        names = [entry.name for entry in os.scandir(place) if entry.name.startswith(PREFIX)]
    except OSError:
        return 0
    for name in names:
        path = os.path.join(place, name)
        try:
            about = os.lstat(path)
            age = time.time() - about.st_mtime
            if about.st_uid == os.geteuid() and age >= _YOUNG and not _locked(path, age):
                shutil.rmtree(path, ignore_errors=True)
                gone += 1
        except OSError:
            continue  # another process removes it, or it may not be asked
    return gone


def _locked(path: str, age: float) -> bool:
    try:
        fd = os.open(os.path.join(path, LOCK), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return age < _OLD
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
