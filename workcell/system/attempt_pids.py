"""Which pids may belong to an attempt, read from /proc directly: 10 µs a process, where psutil takes 100.

Nothing is ended by these answers. Who acts asks each process again by an object that knows when it started, since a
pid may be used again.
"""

import os
import stat
from collections.abc import Callable

from workcell.base import ancestry, platform, probe
from workcell.rundir import attending, locks

MARK = "WORKCELL_ATTEMPT"
"""The environment variable that names a process's attempt as `<run>/<attempt>`."""

CHECK = "WORKCELL_TURN_CHECK"
"""The one that a check after a turn has besides: the directory of its run."""


def of_attempt(mark: str, *, below: int | None, lock: str | None, members: set[int]) -> list[int] | None:
    """Pids that descend from `below`, have the lock file `lock`, are among `members` or name the attempt `mark`.

    Never ourselves or what started us. None where there is no /proc: every process may be one then. What judges the
    run of that lock, or sends its notices, is none of them.
    """
    wanted = held_path(lock) if lock else None
    found = _all(lambda pid: pid in members or named(pid) == mark or holds(pid, wanted), below)
    if not found or not lock:
        return found
    ours = attends(os.path.dirname(lock), found)
    return [pid for pid in found if pid not in ours]


def attends(run: str, pids: list[int]) -> set[int]:
    """Those of the pids that judge the run or send its notices: they hold a lock of `attend/` in the home."""
    held = [path for lock in attending.paths(run) if (path := held_path(lock)) is not None]
    return {pid for pid in pids if any(holds(pid, path) for path in held)}


def of_check(run: str) -> list[int] | None:
    """Pids of what a check of the run in that directory after a turn has started, and was not ended with it."""

    def fits(pid: int) -> bool:
        try:
            return ancestry.variable(pid, CHECK) == run
        except OSError:
            return False

    return _all(fits, None)


def of_lock(lock: str) -> list[int] | None:
    """Pids that have the lock file `lock`, as `of_attempt`."""
    wanted = held_path(lock)
    return [] if wanted is None else _all(lambda pid: holds(pid, wanted), None)


def stand_still(pids: list[int] | None) -> bool:
    """Whether one of the processes is stopped (SIGSTOP), or it is not known which they are."""
    if pids is None:
        return True
    for pid in pids:
        try:
            if (platform.stat_fields(pid) or [b""])[0] == b"T":
                return True
        except OSError:
            continue
    return False


def _all(fits: Callable[[int], bool], below: int | None) -> list[int] | None:
    if not platform.LINUX:
        return None
    own = os.getpid()
    ours = {own, *ancestry.ancestors(own)[0]}
    found = set(platform.descendants(below)) if below is not None else set()
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    found.update(pid for pid in pids if pid not in ours and pid not in found and fits(pid))
    return sorted(found - ours)


def named(pid: int) -> str | None:
    """The attempt that the environment of a process names; None also where it cannot be asked."""
    try:
        return ancestry.variable(pid, MARK)
    except OSError:
        return None


def holds(pid: int, path: str | None) -> bool:
    """Whether the process has the lock, not only the file: a reader that looks at a lock holds nothing.

    `path` is one of `held_path`. Links are read and no file is asked, since stat(2) of a file on a dead network mount
    never comes back. False where they cannot be read.
    """
    if path is None:
        return False
    directory = f"/proc/{pid}/fd"
    try:
        numbers = os.listdir(directory)
    except OSError:
        return False
    for number in numbers:
        try:
            if os.readlink(f"{directory}/{number}") == path:
                with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
                    if b"FLOCK  ADVISORY  WRITE" in file.read():
                        return True
        except OSError:
            continue
    return False


def held_path(lock: str) -> str | None:
    """The path by which the system names who has the lock open; None when no process has it, or it is no lock of a run.

    The lock itself is asked: /proc/locks leaves out, in a container, a lock whose taker has ended and which only its
    children still hold. The agent may put a link to any file in its place: the holder of a lock on that has nothing
    to do with the run.
    """
    try:
        about = os.lstat(lock)
    except OSError:
        return None
    if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1 or locks.held(lock, alone=True) == probe.NO:
        return None
    return os.path.join(os.path.realpath(os.path.dirname(lock)), os.path.basename(lock))
