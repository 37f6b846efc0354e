"""wait: until runs are over, or one needs a person, settling on the way what dead processes left."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workcell.base.errors import NotFound, TimedOut, Usage
from workcell.finish import settle
from workcell.launch import change
from workcell.rundir import find, heartbeat, layout, look, maildir, notice, phase
from workcell.rundir.cell import Cell, ignore

ATTEND = 0.5
"""Maximum seconds until a notice that calls for a person is seen."""

LISTENED = 0.5
"""Maximum seconds between two looks that are told to a listener."""

ASK = 3.0
"""Seconds between two looks at what an agent does: its records are read for that."""

BIRTH = 20.0
"""Seconds for which an attempt that was just opened may be without a runner before it counts as waiting."""

DONE, ATTENTION = "done", "attention"

_PARTS = (notice.NEW, notice.CUR, notice.SENT, notice.FAILED)
_ASKS = ("question", "approval")


@dataclass(frozen=True)
class Request:
    """The runs to wait for: those named, and those of a group."""

    runs: tuple[str, ...] = ()
    """Each an id, a name, a unique prefix, a path, or `-` for the newest run."""
    group: str | None = None
    wanted: Literal["done", "attention"] = "done"
    """`done`: all are over. `attention`: one is over or needs a person."""
    timeout: float | None = None
    """Seconds after which to give up."""


@dataclass(frozen=True)
class Over:
    """One run at the end of a wait."""

    id: str
    state: str
    """The outcome, or what it waits for, or the phase."""
    reason: str | None
    """Why, where the run says so."""


@dataclass(frozen=True)
class Waited:
    met: bool
    """Every run passed; or, of `attention`, at least one is over or needs a person."""
    runs: list[Over]


def perform(cell: Cell, request: Request) -> Waited:
    """The operation `wait`. `cell.progress` is told `looks` with a look at every run, some times a second.

    Raises Usage for no run, NotFound for a group without runs, TimedOut when the time is up.
    """
    paths = [find.run(cell.home, word) for word in request.runs]
    if request.group is not None:
        from workcell.views import ls

        paths += [find.path_of(cell.home, run["id"]) for run in ls.ls(cell.home, group=request.group).runs]
        if not paths:
            raise NotFound(f"no run is in group {request.group!r}", "workcell ls --all")
    if not paths:
        raise Usage("no run to wait for", "workcell wait RUN, or workcell wait --group GROUP")
    paths = list(dict.fromkeys(paths))
    # a listener shows the time that it has taken
    every = change.EVERY if cell.progress is ignore else LISTENED
    found = wait(paths, request.wanted, request.timeout, lambda seen: cell.progress("looks", seen), every)
    if found.timed_out:
        raise TimedOut(f"not over after {request.timeout:g} s: " + ", ".join(found.states), "workcell ls")
    return Waited(found.met, [_over(path, state) for path, state in zip(paths, found.states, strict=True)])


def _over(run: str, state: str) -> Over:
    seen = look.at(run)
    reason = seen.reason or seen.why
    return Over(os.path.basename(run), state, None if reason is None else str(reason))


@dataclass(frozen=True)
class Result:
    met: bool
    """Every run passed; or, of `attention`, at least one is over or needs a person."""
    timed_out: bool
    states: list[str]


def wait(
    runs: list[str],
    wanted: str,
    timeout: float | None,
    tick: Callable[[list[look.Look]], None] | None = None,
    every: float = change.EVERY,
) -> Result:
    """Wait until all runs are over (DONE), or until the first is over or needs a person (ATTENTION).

    A run that is scheduled goes on when the watchdog starts it: it is waited for while the watchdog ticks. One that
    cannot end by itself (corrupt, unknown, prepared) ends the wait for it. `tick` is called with every round of
    looks, `every` so many seconds at least; `timeout` is in seconds.
    """
    changes = change.Changes()
    try:
        return _wait(runs, wanted, timeout, tick, min(every, ATTEND) if wanted == ATTENTION else every, changes)
    finally:
        changes.close()


def _wait(
    runs: list[str],
    wanted: str,
    timeout: float | None,
    tick: Callable[[list[look.Look]], None] | None,
    every: float,
    changes: change.Changes,
) -> Result:
    watch = _Watch()
    deadline = None if timeout is None else watch.began + timeout
    while True:
        seen = [settle.settle(run) for run in runs]
        if tick is not None:
            tick(seen)
        over = [watch.over(one) for one in seen]
        if wanted == ATTENTION:
            states = [_state(one) if ended else watch.needs(one) for one, ended in zip(seen, over, strict=True)]
            if any(states):
                return Result(True, False, [word or _state(one) for word, one in zip(states, seen, strict=True)])
        elif all(over):
            words = [_state(one) for one in seen]
            return Result(all(word == "passed" for word in words), False, words)
        left = every if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return Result(False, True, [_state(one) for one in seen])
        changes.sleep(seen, min(left, every))


class _Watch:
    """What one wait remembers between its looks."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._wall = time.time()
        self._born: dict[tuple[str, int], float] = {}
        self._asked: dict[str, float] = {}

    def over(self, seen: look.Look) -> bool:
        """Whether there is nothing more to wait for."""
        if seen.phase in (phase.DONE, phase.CORRUPT, phase.UNKNOWN):
            return True
        if seen.phase not in (phase.SCHEDULED, phase.CREATED):
            return False
        if seen.phase == phase.CREATED:
            if seen.starts_later:
                return True
            # between the switch of `current` and the lock of the new runner no process holds the run, and one will
            first = self._born.setdefault((seen.run, seen.n), time.monotonic())
            if time.monotonic() - first < BIRTH:
                return False
        return not heartbeat.there(layout.home_of(seen.run))

    def needs(self, seen: look.Look) -> str | None:
        """Why a run that is not over needs a person; None when it does not."""
        if seen.phase == phase.ORPHANED and seen.why != phase.LEFTOVERS:
            return phase.ORPHANED
        told = self._told(seen)
        if told is not None or seen.phase != phase.RUNNING:
            return told
        now = time.monotonic()
        if now - self._asked.get(seen.run, -ASK) < ASK:
            return None
        self._asked[seen.run] = now
        from workcell.evidence import activity  # readers of agents' records

        found = activity.of(seen)
        return str(found["state"]) if found and found["state"] in _ASKS else None

    def _told(self, seen: look.Look) -> str | None:
        """The event of a notice about this attempt that was posted since the wait began and calls for a person."""
        box = notice.box(layout.home_of(seen.run))
        start = notice.key(seen.id, seen.n, "").replace("/", ".")
        for part in _PARTS:
            for name in maildir.waiting(box, part):
                event = name.removeprefix(start).partition(".")[0]
                if name.startswith(start) and event in notice.ATTENTION:
                    try:
                        if os.stat(os.path.join(box, part, name)).st_mtime >= self._wall - 1.0:
                            return event
                    except OSError:
                        continue  # it was just moved on
        return None


def _state(seen: look.Look) -> str:
    return str(seen.outcome or seen.phase)
