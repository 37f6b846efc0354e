"""Which runs of a home are not done: three directory listings, and one stat for each run without a ledger."""

import os

from workcell.rundir import layout


class Scan:
    """`live`: directories of the runs that are not over, oldest first. `over`: the names of those that are."""

    def __init__(self) -> None:
        self.live: list[str] = []
        self.over: set[str] = set()
        self.unread: list[str] = []
        """What could not be asked, or belongs to another user: it is neither live nor over, and is left alone."""

    @property
    def done(self) -> int:
        """How many runs are over."""
        return len(self.over)


def scan(home: str) -> Scan:
    """Look at every run. A run is over when `ended/` of the home says so; nothing is opened.

    A run without a ledger has nothing there: it is over when a result stands in its current attempt. A ledger whose
    run directory is gone, and which is not over, is live: its agent may be.
    """
    found = Scan()
    top = os.path.join(home, layout.RUNS)
    result = f"/{layout.CURRENT}/{layout.RESULT}"
    names = {name for name in _names(top) if name[0] != "."}
    ended = set(_names(os.path.join(home, layout.ENDED)))
    found.over = names & ended
    kept = {name[: -len(_ENDING)] for name in _names(os.path.join(home, layout.LEDGER)) if name.endswith(_ENDING)}
    kept = {name for name in kept if name[0] != "."}
    for name in names - found.over - kept:
        path = f"{top}/{name}"
        try:
            os.stat(path + result)
        except FileNotFoundError:
            found.live.append(path)
        except OSError:
            found.unread.append(path)
        else:
            found.over.add(name)
    gone = kept - names - ended
    found.live += [f"{top}/{name}" for name in (names & kept) - found.over | gone]
    me = os.geteuid()
    # one of another user was brought here by root, and what stands in it would be run
    foreign = {path for path in found.live if _owner(path) not in (me, None)}
    found.unread += foreign
    found.live = [path for path in found.live if path not in foreign]
    found.live.sort()
    return found


_ENDING = ".jsonl"


def _owner(path: str) -> "int | None":
    try:
        return os.stat(path).st_uid
    except OSError:
        return None


def _names(folder: str) -> "list[str]":
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
