"""The members of a shared working tree: `leases/<dev>-<ino>.d/<run>`, one empty file for each run that has it.

A member counts while its run is not done, and need not be taken back. It is made under the flock on the lease.
"""

import os

from workcell.base import ids
from workcell.rundir import layout, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def directory(lease: str) -> str:
    """Where the members stand of the tree whose lease has that path."""
    return lease + layout.MEMBERS


def of(lease: str) -> "list[str]":
    """Ids of the runs that are or were members, sorted."""
    try:
        names = os.listdir(directory(lease))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if ids.plain(name))


def living(lease: str, is_live: "Callable[[str], bool]") -> "list[str]":
    """Ids of the members that are not done, sorted."""
    return [run for run in of(lease) if is_live(run)]


def add(lease: str, run: str) -> None:
    """Make the run of that id a member, on disk. The caller holds the flock on the lease."""
    folder = directory(lease)
    path = os.path.join(folder, run)
    if os.path.lexists(path):
        return
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
        seal.sync_directory(os.path.dirname(folder))
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    seal.sync_directory(folder)
