"""Which runs of a home are not done: one directory listing, and one stat for each run."""

import os

from workcell.rundir import layout


class Scan:
    """`live`: directories of the runs without a result, oldest first. `done`: how many have one."""

    def __init__(self) -> None:
        self.live: list[str] = []
        self.done = 0
        self.unread: list[str] = []
        """What could not be asked: such a run is neither live nor done, and nothing is done to it."""


def scan(home: str) -> Scan:
    """Look at every run. A run is done when a result stands in its current attempt; nothing is opened."""
    found = Scan()
    top = os.path.join(home, layout.RUNS)
    over = f"/{layout.CURRENT}/{layout.RESULT}"
    stat = os.stat
    try:
        names = os.listdir(top)
    except FileNotFoundError:
        return found
    for name in names:
        if name[0] == ".":
            continue
        path = f"{top}/{name}"
        try:
            stat(path + over)
        except FileNotFoundError:
            found.live.append(path)
        except OSError:
            found.unread.append(path)
        else:
            found.done += 1
    found.live.sort()
    return found
