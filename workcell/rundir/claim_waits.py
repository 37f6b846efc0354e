"""Waiting for claims of other runs, and the ring of runs that would wait for each other for ever.

A process that waits has a file of its own in `claims/<dev>-<ino>/waits/`, and holds the flock on it: a killed one waits
no more. It is made, read and unlinked under `.lock` of the tree, so of two runs that begin to wait for each other the
second finds the first.
"""

import fcntl
import os
import time

from workcell.base import clock, json_codec, probe
from workcell.rundir import claims, locks, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from workcell.rundir.schema.claims import Claim, ClaimWait

SHORTEST, LONGEST = 0.02, 0.5
"""Seconds between two looks at what is in the way."""


class Answer:
    """What came of a wish: `in_the_way` is empty where its claims were taken."""

    __slots__ = ("busy", "in_the_way", "ring", "waited")

    def __init__(self, in_the_way: "list[Claim]", waited: float, ring: "list[str]", *, busy: bool = False) -> None:
        self.in_the_way = in_the_way
        self.waited = waited
        """Seconds."""
        self.ring = ring
        """Ids of the runs that wait for each other, from the one in the way to the one that waits for the asker."""
        self.busy = busy
        """Whether `.lock` could not be had: nothing was taken, and what is in the way is not known."""


def take(
    tree: claims.Tree,
    wish: claims.Wish,
    seconds: float,
    go_on: "Callable[[], bool] | None" = None,
) -> Answer:
    """Take the claims of the wish, waiting up to `seconds` for those in the way while `go_on` says so.

    Ends at once, with the ring, where a run in the way waits for one that waits for this one. OSError where the disk
    refuses.
    """
    begun, pause = clock.monotonic(), SHORTEST
    wait = _Wait(tree, wish)
    try:
        while True:
            held = tree.lock()
            waited = clock.monotonic() - begun
            if held is None:
                return Answer([], waited, [], busy=True)
            try:
                in_the_way = claims.take(tree, wish, clock.stamp())
                ring = wait.ring(in_the_way) if in_the_way and seconds else []
                over = not in_the_way or bool(ring) or waited >= seconds or (go_on is not None and not go_on())
                if over:
                    wait.end()
                    return Answer(in_the_way, waited, ring)
                wait.begin(in_the_way)
            finally:
                os.close(held)
            time.sleep(min(pause, max(0.0, seconds - waited)))
            pause = min(pause * 1.5, LONGEST)
    finally:
        wait.close()


def waiting(tree: claims.Tree) -> "list[ClaimWait]":
    """What processes wait for now, in the order in which they began."""
    folder = os.path.join(tree.folder, claims.WAITS)
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = [wait for name in names if (wait := _read(os.path.join(folder, name))) is not None]
    return sorted(found, key=lambda wait: wait["at"])


def _read(path: str) -> "ClaimWait | None":
    """What a living process wrote of its wait."""
    if locks.held(path) == probe.NO:
        return None
    try:
        found: Any = json_codec.decode(safe_open.read(path, claims.LARGEST) or b"")
    except (OSError, ValueError):
        return None
    lists = (found.get("paths"), found.get("holders"))
    if not isinstance(found.get("run"), str) or not isinstance(found.get("at"), str):
        return None
    if not all(isinstance(one, list) and all(isinstance(entry, str) for entry in one) for one in lists):
        return None
    wait: ClaimWait = found
    return wait


class _Wait:
    """The file of this process, while it waits."""

    def __init__(self, tree: claims.Tree, wish: claims.Wish) -> None:
        self._tree, self._wish, self._fd = tree, wish, -1
        self._at = clock.stamp()
        self._folder = os.path.join(tree.folder, claims.WAITS)
        self._path = os.path.join(self._folder, f"{wish.run}.{os.getpid()}")

    def begin(self, in_the_way: "list[Claim]") -> None:
        """Say what this process waits for; again where that has changed. Under `.lock`."""
        wait: ClaimWait = {
            "schema": "workcell.file.claim-wait/1",
            "run": self._wish.run,
            "paths": self._wish.paths[:20],
            "holders": sorted({claim["run"] for claim in in_the_way}),
            "at": self._at,
        }
        if self._fd < 0:
            os.makedirs(self._folder, 0o700, exist_ok=True)
            self._clear()
            self._fd = safe_open.fresh(self._path)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        data = json_codec.encode_line(wait)
        os.pwrite(self._fd, data, 0)
        os.ftruncate(self._fd, len(data))

    def ring(self, in_the_way: "list[Claim]") -> "list[str]":
        """The runs from one in the way to the last that waits for this one; empty where there is no ring."""
        mine, edges = self._wish.run, dict[str, set[str]]()
        for wait in waiting(self._tree):
            edges.setdefault(wait["run"], set()).update(wait["holders"])
        paths = [[claim["run"]] for claim in in_the_way]
        seen = {path[0] for path in paths}
        while paths:
            path = paths.pop(0)
            following = edges.get(path[-1], set())
            if mine in following:
                return path
            paths += [[*path, run] for run in sorted(following - seen)]
            seen |= following
        return []

    def end(self) -> None:
        """Take the file away. Under `.lock`."""
        if self._fd >= 0:
            os.unlink(self._path)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _clear(self) -> None:
        """Remove the files of processes that wait no more."""
        for name in os.listdir(self._folder):
            path = os.path.join(self._folder, name)
            if locks.held(path) == probe.NO:
                safe_open.clear(path)
