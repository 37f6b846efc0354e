"""events: what happened in a run, or in all of them, as it stands or as it goes on.

While a run is followed, the records of its agent are read as they grow, by this process: no other one has to be there.
Nothing of a run that is over is watched.
"""

from __future__ import annotations

import collections
import heapq
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.evidence.growth import Growth
from workcell.rundir import find, layout, scan
from workcell.rundir.cell import Cell
from workcell.views import event_keys
from workcell.views.event_keys import ShownEvent
from workcell.views.followed_runs import QUICK, Crowd, Watched
from workcell.views.run_events import RunEvents

if TYPE_CHECKING:
    from workcell.views.session_events import SessionEvents

TAKEN = 1.0
"""Maximum seconds that are waited until a runner has written down what its agent recorded."""


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    follow: bool = False
    """Go on until the run is over; with `all_runs` until it is interrupted."""
    after: int | None = None
    """Only events with a greater number: one run, read on from where a reader was."""
    limit: int | None = None
    """At most so many: the next ones with `after`, else the last ones."""
    kind: tuple[str, ...] = ()
    """Only these kinds; `tool` stands for `tool.call` and `tool.result`."""
    all_runs: bool = False
    """The events of all runs, in the order of time; with `follow`, those that happen from now on."""


class Stream:
    """Iterates over events, with the secrets of each run masked; `bad` counts the lines that were none.

    `sessions` adds those of sessions outside of runs, where all runs are told with a limit.
    """

    def __init__(self, request: Request, run: str | None, home: str, sessions: SessionEvents | None = None) -> None:
        self._request, self._home, self._sessions = request, home, sessions
        self._kinds = frozenset(event_keys.checked(request.kind))
        self._run = run
        self.bad = 0

    def __iter__(self) -> Iterator[ShownEvent]:
        wanted = self._request
        if self._run is None:
            yield from self._all_from_now() if wanted.follow else self._all_of_past()
        elif wanted.after is not None and wanted.limit is not None:
            yield from itertools.islice(self._one(self._run), wanted.limit)
        else:
            yield from self._one(self._run)

    def _fits(self, event: ShownEvent) -> bool:
        if not event_keys.fits(self._kinds, event):
            return False
        return event["n"] > (self._request.after or 0)

    def _new(self, one: RunEvents) -> Iterator[ShownEvent]:
        """What is new of a run and is wanted."""
        before = one.bad
        yield from filter(self._fits, one.new())
        self.bad += one.bad - before

    # -- one run

    def _one(self, run: str) -> Iterator[ShownEvent]:
        one, growth = RunEvents(run), Growth(run)
        if growth.read_on():
            growth.written(TAKEN)
        over = growth.over()
        limit = self._request.limit if self._request.after is None else None
        found = self._new(one)
        yield from found if limit is None else collections.deque(found, maxlen=limit)
        if self._request.follow:
            yield from self._followed(one, growth, over)

    def _followed(self, one: RunEvents, growth: Growth, over: bool) -> Iterator[ShownEvent]:
        watched = Watched(one, growth, over)
        while True:
            ended = watched.ended()
            new = False
            for event in self._new(one):
                new = True
                yield event
            if ended:
                return
            watched.go_on(new)
            time.sleep(watched.pause)

    # -- all runs

    def _all_of_past(self) -> Iterator[ShownEvent]:
        found = scan.scan(self._home)
        names = sorted({*(os.path.basename(path) for path in found.live), *found.over})
        paths = [os.path.join(self._home, layout.RUNS, name) for name in names]
        if self._request.limit is not None:
            return iter(self._last(self._latest(paths, self._request.limit), self._request.limit))
        return _in_order(_Past(path, self._new) for path in paths)

    def _latest(self, paths: Iterable[str], limit: int) -> list[ShownEvent]:
        """The last events of several runs. What was written to last is read first, until the others are all older."""
        kept: list[ShownEvent] = []
        for written, path in sorted(((_written(path), path) for path in paths), reverse=True):
            if limit <= len(kept) and clock.stamp(written) < kept[0]["at"]:
                break
            kept += collections.deque(self._new(RunEvents(path)), maxlen=limit)
            kept = sorted(kept, key=_time)[len(kept) - min(limit, len(kept)) :]
        return kept

    def _all_from_now(self) -> Iterator[ShownEvent]:
        crowd = Crowd(self._home)
        if self._request.limit:
            yield from self._latest_and_on(crowd, self._request.limit)
        while True:
            for one in crowd.due():
                ended, new = one.ended(), False
                for event in self._new(one.events):
                    if event["at"] >= crowd.began:
                        new = True
                        yield event
                if ended:
                    crowd.drop(one)
                else:
                    one.go_on(new)
            if self._sessions is not None:
                yield from self._sessions.new()
            time.sleep(QUICK)

    def _latest_and_on(self, crowd: Crowd, limit: int) -> list[ShownEvent]:
        """The last events of all runs; what comes later of a live one is read on from there."""
        over = [path for path in crowd.all_paths() if path not in crowd.watched]
        found = [event for one in crowd.watched.values() for event in collections.deque(self._new(one.events), limit)]
        return self._last([*found, *self._latest(over, limit)], limit)

    def _last(self, found: list[ShownEvent], limit: int) -> list[ShownEvent]:
        """The last of these events of runs and of those of sessions, in the order of time."""
        outside = self._sessions.latest(limit) if self._sessions is not None and limit else []
        return sorted([*found, *outside], key=_time)[
            len(found) + len(outside) - min(limit, len(found) + len(outside)) :
        ]


class _Past:
    """The events of one run in the order of time, of which nothing is open before the first one is asked for."""

    def __init__(self, path: str, read: Callable[[RunEvents], Iterator[ShownEvent]]) -> None:
        self.name = os.path.basename(path)
        self._path, self._read = path, read

    def __iter__(self) -> Iterator[ShownEvent]:
        return iter(self._read(RunEvents(self._path)))


def _in_order(runs: Iterable[_Past]) -> Iterator[ShownEvent]:
    """The events of several runs by their times. A run is opened once the time in its id has come."""
    waiting: list[tuple[str, int, ShownEvent | None, Iterator[ShownEvent]]] = []
    for number, run in enumerate(runs):
        waiting.append((_birth(run.name), number, None, iter(run)))
    heapq.heapify(waiting)
    while waiting:
        _, number, event, rest = heapq.heappop(waiting)
        if event is not None:
            yield event
        following = next(rest, None)
        if following is not None:
            heapq.heappush(waiting, (following["at"], number, following, rest))


def _birth(name: str) -> str:
    """The time at which a run was born by its id, `20261120-0512-…`; of a name of another form, before all others."""
    day, moment = name[:8], name[9:13]
    if not (day.isdigit() and moment.isdigit()):
        return ""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{moment[:2]}:{moment[2:]}"


def _time(event: ShownEvent) -> str:
    return event["at"]


def _written(run: str) -> float:
    try:
        return os.stat(os.path.join(run, layout.EVENTS)).st_mtime
    except OSError:
        return 0.0


def perform(cell: Cell, request: Request) -> Stream:
    """The operation `events`. Raises what `find.run` raises, and Usage for options that do not go together."""
    if request.all_runs and request.run is not None:
        raise Usage("--all shows the events of all runs", f"workcell events {request.run}, or: workcell events --all")
    if request.all_runs and request.after is not None:
        raise Usage("--after counts the events of one run", f"workcell events RUN --after {request.after}")
    if request.run is None and not request.all_runs:
        raise Usage("events of which run?", "workcell events RUN, or: workcell events --all")
    run = find.run(cell.home, request.run) if request.run is not None else None
    return Stream(request, run, cell.home)


def events(run: str, *, follow: bool = False) -> Stream:
    """What happened in the run; with `follow` until it is over."""
    return Stream(Request(run, follow), run, layout.home_of(run))
