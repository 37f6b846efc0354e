"""Undoing a worktree that was begun: its record, and removing what a killed making left."""

import os
import shutil
from collections.abc import Mapping

from workcell.base import json_codec
from workcell.git import repository


def beside(path: str, word: str) -> str:
    """The hidden file or directory that belongs to the worktree at `path`, beside it."""
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{word}")


def undo(source: repository.Tree, path: str, begun: "dict[str, object]", lock: int) -> None:
    """Remove what an unfinished making left, and its branch if that making made it and nothing moved it since."""
    discard(source, path, begun, os.fstat(lock).st_mtime)
    if begun.get("fresh"):  # deleted only where it still is what we made
        repository.ask(source.top, "update-ref", "-d", f"refs/heads/{begun['branch']}", str(begun["base"]))


def discard(source: repository.Tree, path: str, begun: "dict[str, object]", since: float) -> None:
    """Throw away what an unfinished making left: the directory, git's entry of it, and the lock of its branch.

    Only under the lock on the intent, which every git command of that making inherited: none of them is alive.
    """
    erase(path)
    admin = os.path.join(source.common_dir, "worktrees")
    try:
        entries = os.listdir(admin)
    except FileNotFoundError:
        entries = []
    for entry in entries:
        if _ours(os.path.join(admin, entry), path, since):
            erase_entry(os.path.join(admin, entry))
    if begun.get("fresh"):
        try:
            os.unlink(os.path.join(source.common_dir, "refs", "heads", f"{begun['branch']}.lock"))
        except OSError:
            pass


def _ours(entry: str, path: str, since: float) -> bool:
    """Whether git's entry of a worktree is that of `path`; without the file that says so, by its name and age."""
    try:
        with open(os.path.join(entry, "gitdir"), "rb") as file:
            said = os.fsdecode(file.read()).rstrip("\n")
        if said:
            return os.path.dirname(said) == path
    except OSError:
        pass
    tail = os.path.basename(entry).removeprefix(os.path.basename(path))
    same = tail != os.path.basename(entry) and (not tail or tail.isdecimal())
    # one second: file times come from a coarser clock than ours
    return same and os.lstat(entry).st_ctime >= since - 1


def erase(path: str) -> None:
    """Remove a directory and all below, also where a directory was made read-only; none there is fine."""
    if not os.path.lexists(path):
        return
    for directory, names, _ in os.walk(path):
        for name in (".", *names):
            full = os.path.join(directory, name)
            if not os.path.islink(full) and not os.access(full, os.W_OK | os.X_OK | os.R_OK):
                os.chmod(full, 0o700)
    shutil.rmtree(path)


def erase_entry(entry: str) -> None:
    """Remove git's entry of a worktree, and like git the directory of all entries with the last of them."""
    erase(entry)
    try:
        os.rmdir(os.path.dirname(entry))
    except OSError:
        pass


def written(lock: int) -> "dict[str, object] | None":
    """The record in a locked file; None when it is empty or torn."""
    try:
        return json_codec.decode(os.pread(lock, 1 << 20, 0))
    except ValueError:
        return None


def put(lock: int, said: "Mapping[str, object]") -> None:
    """Write the record into a locked file, durably."""
    data = json_codec.encode_line(said)
    os.pwrite(lock, data, 0)
    os.ftruncate(lock, len(data))
    os.fsync(lock)
