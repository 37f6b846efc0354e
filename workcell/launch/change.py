"""Sleeping until something about a run may have changed: the end of its processes wakes at once, the rest by looking.

A pidfd becomes readable when its process ends and costs nothing until then. Between that and the result, some tenths of
a second with many steps, the size of the ledger is asked for: it grows with every record. Everything else (messages, a
start by the watchdog) is found by looks at growing distances.
"""

import os
import select
import time

from workcell.base import platform, probe
from workcell.rundir import ledger, look, phase

SOON, SOON_MOST, LONGER = 0.003, 0.25, 1.02
"""Seconds between two questions for the ledger of a run that is on its way to its end, the first and the last ones.

Each is LONGER times the one before, so that an end is seen a fiftieth of its own time late."""

LATE = 1.0
"""Maximum seconds between two looks at a run that has no process to wait for."""

EVERY = 2.0
"""Seconds between two looks at a run whose processes are waited for."""


class Changes:
    """What one wait knows of the processes of its runs; close it."""

    def __init__(self) -> None:
        self._fds: dict[tuple[str, int], list[int]] = {}
        """Of each run and attempt that runs: pidfds of agent and runner."""
        self._pause = SOON
        self._idle = SOON

    def close(self) -> None:
        for key in list(self._fds):
            self._forget(key)

    def sleep(self, seen: list[look.Look], most: float) -> None:
        """Return when one of the runs may not be any more what was seen of it, or after `most` seconds."""
        self._drop_others([one for one in seen if one.phase == phase.RUNNING])
        ending = [one for one in seen if one.phase != phase.DONE and not self._attend(one)]
        deadline = time.monotonic() + most
        moving = [one for one in ending if one.phase in (phase.RUNNING, phase.STARTING, phase.FINISHING)]
        if not ending:
            self._pause = self._idle = SOON
            self._poll(min(most, EVERY))
        elif not moving:
            self._idle = min(self._idle * 2, LATE)
            self._poll(min(most, self._idle))
        else:
            self._idle = SOON
            while not self._poll(min(max(0.0, deadline - time.monotonic()), self._pause)):
                self._pause = min(self._pause * LONGER, SOON_MOST)
                if time.monotonic() >= deadline or any(map(_grown, moving)):
                    return

    def _attend(self, seen: look.Look) -> bool:
        """Whether the end of the agent, or of its runner, will wake us."""
        key = (seen.run, seen.n)
        if seen.phase != phase.RUNNING or seen.start is None or not hasattr(os, "pidfd_open"):
            return False
        if key not in self._fds:
            self._fds[key] = fds = []
            for who in (seen.start.get("agent"), seen.start.get("runner")):
                if not isinstance(who, dict) or not isinstance(who.get("pid"), int):
                    continue
                try:
                    fds.append(os.pidfd_open(who["pid"]))
                except OSError:
                    self._forget(key)
                    return False
                if platform.alive(who) != probe.YES:  # asked after it was opened: the pid may be another's
                    self._forget(key)
                    return False
        return bool(self._fds[key])

    def _poll(self, seconds: float) -> bool:
        """Wait for the end of a process; whether one has ended. It is waited for no more."""
        poll = select.poll()
        for fds in self._fds.values():
            for fd in fds:
                poll.register(fd, select.POLLIN)
        ended = {fd for fd, _ in poll.poll(int(seconds * 1000) + 1)}
        for key, fds in list(self._fds.items()):
            if ended.intersection(fds):
                self._forget(key)
        return bool(ended)

    def _drop_others(self, running: list[look.Look]) -> None:
        current = {(one.run, one.n) for one in running}
        for key in self._fds.keys() - current:
            self._forget(key)

    def _forget(self, key: tuple[str, int]) -> None:
        for fd in self._fds.pop(key, ()):
            os.close(fd)


def _grown(seen: look.Look) -> bool:
    """Whether there is more in the run's ledger than was seen; always of a run without one."""
    if seen.book is None:
        return True
    try:
        return os.stat(ledger.path(seen.run)).st_size != seen.book.size
    except OSError:
        return True
