"""Runs that are followed: when each is to be looked at again, when it is over, and which ones begin."""

from __future__ import annotations

import os
import time

from workcell.base import clock, probe
from workcell.evidence.growth import Growth
from workcell.rundir import layout, phase, scan, writer
from workcell.views.run_events import RunEvents

QUICK, SLOW = 0.2, 1.0
"""Seconds between two looks at a run in which something happens, and at one that has been quiet for a while."""
LAST_WORDS = 10.0
"""Maximum seconds that are waited, once a result stands, for its writer to write down the events that follow it."""


class Watched:
    """A run that is followed, and when it is to be looked at again."""

    def __init__(self, events: RunEvents, growth: Growth, over: bool = False) -> None:
        self.events, self.growth = events, growth
        self.pause = 0.0 if over else QUICK
        self.due = 0.0
        self._over_since: float | None = None

    def ended(self) -> bool:
        """Whether the run is over and no process writes to it any more; the events that are read then are its last."""
        if not self.growth.over():
            self._over_since = None
            return False
        now = time.monotonic()
        self._over_since = now if self._over_since is None else self._over_since
        if self.growth.seen().phase != phase.DONE or now - self._over_since > LAST_WORDS:
            return True
        return writer.held(self.growth.seen().run) != probe.YES

    def go_on(self, new: bool) -> None:
        """Read the records of its agent, and find out when to look again: less often while nothing happens."""
        hooked, self.events.hooked = self.events.hooked, False
        read = self.growth.read_on(hooked)
        self.pause = QUICK if new or read else min(SLOW, max(QUICK, 2 * self.pause))
        self.due = time.monotonic() + self.pause - QUICK / 2


class Crowd:
    """The live runs of a home, as they begin and end."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._folders = [os.path.join(home, name) for name in (layout.RUNS, layout.ENDED)]
        self._changed: list[int] = []
        self._left: dict[str, RunEvents] = {}
        """Runs that ended, and how far they were read: they may be resumed."""
        self.began = clock.stamp()
        self.watched: dict[str, Watched] = {}
        self._scan()
        for one in self.watched.values():
            one.events.near_end()

    def all_paths(self) -> list[str]:
        """All runs of the home."""
        found = scan.scan(self._home)
        return [*found.live, *(os.path.join(self._home, layout.RUNS, name) for name in found.over)]

    def due(self) -> list[Watched]:
        """The runs that are to be looked at now."""
        self._scan()
        now = time.monotonic()
        return [one for one in self.watched.values() if one.due <= now]

    def drop(self, one: Watched) -> None:
        """Watch a run no more, which is over."""
        path = next(path for path, other in self.watched.items() if other is one)
        del self.watched[path]
        self._left[path] = one.events

    def _scan(self) -> None:
        changed = [_changed(folder) for folder in self._folders]
        if changed == self._changed:
            return
        self._changed = changed
        for path in scan.scan(self._home).live:
            if path not in self.watched:
                self.watched[path] = Watched(
                    self._left.pop(path) if path in self._left else RunEvents(path), Growth(path)
                )


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
