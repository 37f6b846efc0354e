"""The index of children: `children/<run>/<child>` of the home names the runs that were launched from inside of a run.

The first line of a child's ledger says who its parent is; the index only saves reading all ledgers of a home. An entry
is made before its run is, so that no run is without one; an entry whose run never came, or names another parent,
counts for nothing.
"""

import os
import shutil

from workcell.base import ids
from workcell.rundir import family, layout, locks, seal

LOCK = ".lock"


def directory(home: str, run: str) -> str:
    """Where the entries of the children of the run of that id lie."""
    return os.path.join(home, layout.CHILDREN, run)


def lock(home: str, run: str, patience: float) -> "int | None":
    """A descriptor that holds the right to add children to the run; None when another launch kept it for so long."""
    folder = directory(home, run)
    os.makedirs(folder, 0o700, exist_ok=True)
    return locks.take(os.path.join(folder, LOCK), patience)


def add(home: str, run: str, child: str) -> None:
    """Enter `child`, on disk, before its run is made. OSError on a full disk."""
    folder = directory(home, run)
    os.close(os.open(os.path.join(folder, child), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    seal.sync_directory(folder)


def of(home: str, run: str) -> "list[str]":
    """Ids of the children of a run, oldest first; those that were removed are not among them."""
    try:
        names = os.listdir(directory(home, run))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if not name.startswith(".") and _is_child(home, name, run))


def _is_child(home: str, child: str, run: str) -> bool:
    above = family.parent_of(home, child)
    # one whose ledger cannot be read is not dropped from a list, and a stop says what is wrong with it
    return above["run"] == run if above is not None else family.unreadable(home, child)


def descendants(home: str, run: str) -> "list[str]":
    """Ids of the children, their children and so on; each once, a parent before its children."""
    found: list[str] = []
    waiting = [run]
    while waiting:
        children = [child for child in of(home, waiting.pop(0)) if child != run and child not in found]
        found += children
        waiting += children
    return found


def remove(run: str) -> None:
    """Remove what the index says of the run whose directory `run` is gone, while its ledger is still there."""
    home, known = layout.home_of(run), os.path.basename(run)
    above = family.parent_of(home, known)
    if above is not None and ids.plain(above["run"]):
        entry = os.path.join(directory(home, above["run"]), known)
        if os.path.lexists(entry):
            os.unlink(entry)
    shutil.rmtree(directory(home, known), ignore_errors=True)
