"""Deleting a branch so that a deletion that was killed leaves no lock in the way of the next one, or of a person.

Before git is called a note stands in the home, and git inherits its lock: a note that can be locked tells of a deletion
that was killed, and the lock files of git that are as young as the note are what it left.
"""

import os

from workcell.base.errors import TryAgain
from workcell.git import repository
from workcell.rundir import locks

LONGEST = 60.0
"""Seconds after its note within which a deletion has made its lock files: a younger one is that of another program."""


def delete(source: repository.Tree, branch: str, tip: str, note: str) -> None:
    """Delete the branch, which is at the commit `tip`. Its commits stay. Raises TryAgain while another process does so.

    `note` is the path of the note.
    """
    os.makedirs(os.path.dirname(note), 0o700, exist_ok=True)
    settle(source, branch, note)
    lock = _taken(branch, note)
    try:
        words = ("update-ref", "-d", f"refs/heads/{branch}", tip)
        repository.must(source.top, *words, timeout=LONGEST, pass_fds=[lock])
        os.unlink(note)
    finally:
        os.close(lock)


def settle(source: repository.Tree, branch: str, note: str) -> None:
    """Remove what a deletion of the branch that was killed has left; nothing without its note."""
    if not os.path.lexists(note):
        return
    lock = _taken(branch, note)
    try:
        since = os.fstat(lock).st_mtime
        for name in (os.path.join("refs", "heads", branch), "packed-refs"):
            _free(os.path.join(source.common_dir, f"{name}.lock"), since)
        os.unlink(note)
    finally:
        os.close(lock)


def _taken(branch: str, note: str) -> int:
    lock = locks.take(note)
    if lock is None:
        raise TryAgain(f"the branch {branch} is being removed at this moment", "wait for that to end")
    return lock


def _free(where: str, since: float) -> None:
    try:
        # one second: file times come from a coarser clock than ours
        if since - 1 <= os.lstat(where).st_mtime <= since + LONGEST:
            os.unlink(where)
    except FileNotFoundError:
        pass
