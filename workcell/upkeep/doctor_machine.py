"""What `doctor` looks at in the machine: disk, limits, control groups and the clock."""

import os
import resource
import shutil
import time
from collections.abc import Iterator

from workcell.base import platform
from workcell.system import cgroup, cgroup_ways, resource_limits, run_program, user_manager
from workcell.upkeep.doctor_line import FAIL, OK, UNKNOWN, WARN, Line

NETWORK = ("nfs", "cifs", "smb", "sshfs", "afs", "9p", "ceph", "gluster", "lustre", "gpfs", "beegfs", "davfs", "vboxsf")
"""File systems that other machines write to as well, by the beginning of their type."""

FILES_LOW, PROCESSES_LOW = 1024, 512
SPACE_LOW, SPACE_LEAST = 2 << 30, 100 << 20
"""Bytes: below the first a night's logs and worktrees may not fit; below the second no run should begin."""

INODES_LOW = 10_000
TIMEOUT = 10.0


def _standing(path: str) -> str:
    """The nearest directory that exists, at or above `path`."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def file_system(home: str) -> Iterator[Line]:
    kind = platform.file_system(_standing(home))
    if kind is None:
        yield Line("file system", OK, "its type cannot be told here")
    elif kind.startswith(NETWORK) or (kind.startswith("fuse.") and kind[5:].startswith(NETWORK)):
        yield Line(
            "file system",
            WARN,
            f"the home is on {kind}: locks and the order of writes depend on a server",
            "set WORKCELL_HOME to a directory on a disk of this machine",
        )
    elif kind in ("tmpfs", "ramfs"):
        yield Line(
            "file system",
            WARN,
            f"the home is on {kind}: runs do not survive a reboot",
            "set WORKCELL_HOME to a directory on a disk",
        )
    else:
        yield Line("file system", OK, kind)


def space(home: str) -> Iterator[Line]:
    where = _standing(home)
    found = os.statvfs(where)
    free = found.f_bavail * found.f_frsize
    level = FAIL if free < SPACE_LEAST else WARN if free < SPACE_LOW else OK
    cure = None if level == OK else "workcell gc, or free some space"
    yield Line("disk", level, f"{free / (1 << 30):.1f} GiB free for {where}", cure)
    if found.f_files and found.f_favail < INODES_LOW:
        yield Line("inodes", WARN, f"{found.f_favail} left: a run needs some thirty files", "remove small files there")


def limits(home: str) -> Iterator[Line]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES_LOW:
        yield Line("open files", WARN, f"at most {hard}: tmux hangs for good when it runs out", "ulimit -Hn 65536")
    else:
        yield Line("open files", OK, f"{_many(soft)} soft, {_many(hard)} hard")
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if soft != resource.RLIM_INFINITY and soft < PROCESSES_LOW:
        yield Line("processes", WARN, f"at most {soft} for all of yours", "ulimit -u 4096")
    else:
        yield Line("processes", OK, f"{_many(soft)} for all of yours")


def control_groups(home: str) -> Iterator[Line]:
    found, not_here = cgroup_ways.ways(cgroup_ways.CONTROLLERS)
    if found and found[0].kind == "scope" and not user_manager.lingers():
        words = f"kept by {found[0].words()}; {resource_limits.ENDS_AT_LOGOUT}"
        yield Line("memory and process limits", WARN, words, resource_limits.LINGER)
    elif found:
        yield Line("memory and process limits", OK, f"kept by {found[0].words()}")
    else:
        words = f"nothing here can keep them, so briefs that ask for them are refused ({'; '.join(not_here)})"
        yield Line("memory and process limits", WARN, words, cgroup.CURE)


def _many(number: int) -> str:
    return "unlimited" if number == resource.RLIM_INFINITY else str(number)


def clock(home: str) -> Iterator[Line]:
    zone = time.strftime("%Z (UTC%z)")
    yield Line("time zone", OK, f"{zone}; records are in UTC, usage limits of agents are told in the local time")
    written = _last_change()
    if written is not None and time.time() < written - 60:
        yield Line(
            "clock",
            FAIL,
            f"it is {time.strftime('%F %T')}, before this program was installed",
            "set the clock: timedatectl set-ntp true",
        )
        return
    ran = None
    if shutil.which("timedatectl"):
        ran = run_program.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"], timeout=TIMEOUT)
    if ran is not None and ran.ok and ran.text().strip() == "no":
        yield Line(
            "clock", WARN, "it is not synchronised: resets of usage limits may be missed", "timedatectl set-ntp true"
        )
    elif ran is not None and ran.ok:
        yield Line("clock", OK, "synchronised")
    else:
        yield Line("clock", UNKNOWN, "nothing here says whether it is synchronised", "compare it: date -u")


def _last_change() -> float | None:
    try:
        return os.stat(__file__).st_mtime
    except OSError:
        return None
