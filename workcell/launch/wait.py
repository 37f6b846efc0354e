"""wait: until runs are over, or one needs a person, settling on the way what dead processes left."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workcell.base import clock, probe
from workcell.base.errors import NoSuchRun, NotFound, Refused, TimedOut, Usage
from workcell.finish import settle
from workcell.launch import change, standing
from workcell.rundir import find, heartbeat, layout, ledger, locks, look, maildir, notice, phase, standby, vocabulary
from workcell.rundir import needs as table
from workcell.rundir import status as documents
from workcell.rundir.cell import Cell, ignore

if TYPE_CHECKING:
    from workcell.rundir import schema

ATTEND = 0.5
"""Maximum seconds until a notice that calls for a person is seen."""

LISTENED = 0.5
"""Maximum seconds between two looks that are told to a listener."""

ASK = 3.0
"""Seconds between two looks at what an agent does: its records are read for that."""

DONE, ATTENTION, IDLE, ANY = "done", "attention", "idle", "any"
"""What ends a wait: all are over; the first is over or needs a person; all are over or at rest; the first is over."""

WRITTEN = 1.0
"""Maximum seconds between the end that the ledger tells and the files that say so, for a wait that has seen it."""

_PARTS = (notice.NEW, notice.CUR, notice.SENT, notice.FAILED)


@dataclass(frozen=True)
class Request:
    """The runs to wait for: those named, those of a group, and those of plans, also of its runs that are to start."""

    runs: tuple[str, ...] = ()
    """Each an id, a name, a unique prefix, a path, or `-` for the newest run; or a plan, where no run is named so."""
    group: str | None = None
    """All runs of this group, and of the plans of it."""
    wanted: Literal["done", "attention", "idle"] = "done"
    """`done`: all are over. `attention`: one is over or needs a person. `idle`: each is over, on standby, or its agent
    has ended its turn."""
    timeout: float | None = None
    """Seconds after which to give up."""
    any: bool = False
    """Wait for the first of the runs instead of all."""


@dataclass(frozen=True)
class Over:
    """One run at the end of a wait."""

    id: str
    state: str
    """The outcome, or what it waits for, or the phase."""
    reason: str | None
    """Why, where the run says so; of one that is not over, why it was not waited for any longer."""
    phase: str = phase.DONE
    look: str | None = None
    """The command that tells more, of a run that did not pass."""
    needs: "schema.Needs | None" = None
    """What it needs from a person; null when it needs nothing."""
    waits: "schema.Waits | None" = None
    """What it waits for, where it is not over."""


@dataclass(frozen=True)
class PlanStanding:
    """How one plan stands."""

    id: str
    name: str
    state: str
    """`running`, `blocked`, `passed`, `unverified`, `failed` or `stopped`."""
    entries: dict[str, int]
    """How many entries are in each state."""
    needs: "schema.Needs | None" = None
    """What it needs from a person; null when it needs nothing."""


@dataclass(frozen=True)
class Waited:
    met: bool
    """Every run and every plan passed, with `any` every run that is over; or, of `attention`, one is over or needs a
    person; or, of `idle`, none is at work."""
    runs: list[Over]
    plans: list[PlanStanding] = field(default_factory=list)
    """The plans that were waited for."""


def perform(cell: Cell, request: Request) -> Waited:
    """The operation `wait`. `cell.progress` is told `standing`, how every run stands, some times a second,
    and `plans`, how every plan stands, before each wait for its runs.

    Raises Usage for no run, NotFound for a group without runs, Refused for a run that the caller is inside of, TimedOut
    when the time is up.
    """
    from workcell.views import status  # noqa: F401 # before the wait: once the run is over, its end is waited for

    around = {os.path.basename(run) for run in cell.caller.runs}
    paths, plans = _named(cell.home, request.runs, around)
    if own := next((one for one in map(os.path.basename, paths) if one in around), None):
        raise Refused(
            f"{own} would wait for itself: this was called from inside it", "end the turn, or name another run"
        )
    if request.group is not None:
        from workcell.launch import wait_plans
        from workcell.views import ls

        fitting = [run["id"] for run in ls.ls(cell.home, group=request.group).runs]
        paths += [find.path_of(cell.home, run) for run in fitting if run not in around]
        plans += wait_plans.of_group(cell.home, request.group, around)
        if not paths and not plans:
            raise NotFound(f"no run is in group {request.group!r}", "workcell ls --all")
    if not paths and not plans:
        raise Usage("no run to wait for", "workcell wait RUN, or workcell wait --group GROUP")
    if request.any and request.wanted == IDLE:
        raise Usage("--any is for runs that are to be over", "leave it out, or leave out --for idle")
    # a path that leads to a run through a symbolic link names the same run as its id
    alike = {os.path.realpath(path): path for path in paths}
    return _stay(cell, request, list(alike.values()), list(dict.fromkeys(plans)))


def _named(home: str, words: tuple[str, ...], around: set[str]) -> tuple[list[str], list[str]]:
    """(directories of the runs, ids of the plans) that the words name; raises what `find.run` raises."""
    paths: list[str] = []
    plans: list[str] = []
    for word in words:
        try:
            paths.append(find.run(home, word))
        except NoSuchRun:
            from workcell.launch import wait_plans

            plan = wait_plans.named(home, word, around)
            if plan is None:
                raise
            plans.append(plan)
    return paths, plans


def _stay(cell: Cell, request: Request, paths: list[str], plans: list[str]) -> Waited:
    """Wait for the runs in those directories, and for the plans of those ids. TimedOut when the time is up."""
    # a listener shows the time that it has taken
    every = change.EVERY if cell.progress is ignore else LISTENED
    wanted = ANY if request.any and request.wanted == DONE else request.wanted
    reader = standing.Reader()
    tick = None if cell.progress is ignore else lambda seen: cell.progress("standing", [reader.of(one) for one in seen])
    ended: list[PlanStanding] = []
    if plans:
        from workcell.launch import wait_plans

        held = wait_plans.Plans(cell.home, plans, paths, {os.path.basename(run) for run in cell.caller.runs})
        found = held.wait(wanted, request.timeout, tick, every, lambda now: cell.progress("plans", now))
        paths, ended = held.paths, held.ended()
    else:
        found = wait(paths, wanted, request.timeout, tick, every)
    if found.timed_out:
        raise _timed_out(paths, request, ended)
    return Waited(found.met, [_over(path, state) for path, state in zip(paths, found.states, strict=True)], ended)


def _timed_out(paths: list[str], request: Request, plans: list[PlanStanding]) -> TimedOut:
    """The error that says what each run that was waited for does."""
    over = [_over(path, None) for path in paths]
    left = [one for one in over if one.state not in vocabulary.OUTCOMES]
    open_plans = [one for one in plans if one.state in ("running", "blocked")]
    known = [(one.id, one.state) for one in left] + [(one.id, one.state) for one in open_plans]
    words = ", ".join(f"{name} is {state}" for name, state in known[:4])
    more = f" and {len(known) - 4} more" if len(known) > 4 else ""
    details = [f"{one.id}: {one.waits['why']}" for one in left if one.waits is not None and one.waits["why"]]
    what = "not over" if request.wanted == DONE else "nothing needs a person, and not over"
    after = clock.span(float(request.timeout or 0.0))
    hint = f"workcell status {left[0].id}" if left else f"workcell plan show {known[0][0]}" if known else "workcell ls"
    return TimedOut(f"{what} after {after}: {words}{more}", hint, details=details)


def _over(run: str, state: str | None) -> Over:
    """How a run stands at the end of a wait; `state` is the word that ended the wait for it."""
    from workcell.views import status

    found = status.status(run)
    state = state or found["state"]
    seen = look.at(run)
    reason = seen.reason or seen.why
    if seen.phase in (phase.SCHEDULED, phase.CREATED) and state == documents.state_of(seen, None):
        reason = f"not waited for any longer: {_why_not_started(found)}"
    told = None if reason is None else str(reason)
    needed, waits = found["needs"], found.get("waits")
    return Over(os.path.basename(run), state, told, seen.phase, _tells_more(seen), needed, waits)


def _why_not_started(found: "schema.Status") -> str:
    """Why a run that waits for its start is not expected to begin, in the words of the table of needs."""
    needed, waits = found["needs"], found.get("waits")
    said = (needed.get("why") if needed is not None else None) or (waits["why"] if waits is not None else None)
    return said or "it waits to be started"


def _tells_more(seen: look.Look) -> str | None:
    """The command that tells why a run did not pass: of the agent where that failed, else of the work."""
    if seen.outcome == "passed":
        return None
    if seen.phase in (phase.SCHEDULED, phase.CREATED):
        return f"workcell status {seen.id}"
    failed = seen.exit is not None and (seen.exit.get("code") != 0 or seen.exit.get("signal") is not None)
    return f"workcell {'why' if failed else 'handoff'} {seen.id}"


@dataclass(frozen=True)
class Result:
    met: bool
    """Every run passed; or, of `attention`, at least one is over or needs a person; or, of `idle`, all are at rest."""
    timed_out: bool
    states: list[str]


def wait(
    runs: list[str],
    wanted: str,
    timeout: float | None,
    tick: Callable[[list[look.Look]], None] | None = None,
    every: float = change.EVERY,
) -> Result:
    """Wait until what `wanted` says: DONE, ATTENTION, IDLE or ANY.

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
        elif wanted == IDLE:
            if all(ended or watch.rests(one) for one, ended in zip(seen, over, strict=True)):
                return Result(True, False, [_state(one) for one in seen])
        elif all(over) or (wanted == ANY and any(over)):
            words = [_state(one) for one in seen]
            met = all(word == "passed" for word, ended in zip(words, over, strict=True) if ended)
            for one in seen:
                _until_written(one)
            return Result(met, False, words)
        left = every if deadline is None else deadline - time.monotonic()
        if left <= 0:
            return Result(False, True, [_state(one) for one in seen])
        changes.sleep(seen, min(left, every))


def _until_written(seen: look.Look) -> None:
    """Return when the files of a run that is over stand: the ledger says so first, and people read the files.

    Only a living process is waited for, and not for longer than WRITTEN: what a dead one left, any verb puts right.
    """
    if seen.phase != phase.DONE or seen.book is None:
        return
    deadline = time.monotonic() + WRITTEN
    while not os.path.lexists(ledger.ended_path(seen.run)) and locks.held(ledger.path(seen.run)) == probe.YES:
        if time.monotonic() > deadline:
            return
        time.sleep(0.001)


def _needs_a_person(seen: look.Look) -> bool:
    """Whether a run that nothing runs of needs a person before it can go on."""
    from workcell.views import needs

    return table.find(needs.Surroundings(layout.home_of(seen.run)).situation(seen)) is not None


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
        if seen.phase not in (phase.SCHEDULED, phase.CREATED) or standby.waits(seen):
            return False
        if seen.phase == phase.CREATED:
            if seen.starts_later:
                return True
            # between the switch of `current` and the lock of the new runner no process holds the run, and one will
            first = self._born.setdefault((seen.run, seen.n), time.monotonic())
            if time.monotonic() - first < table.YOUNG:
                return False
        # a tick starts nothing that only a person can let go, a run behind a refused sign-in for example
        return not heartbeat.there(layout.home_of(seen.run)) or _needs_a_person(seen)

    def needs(self, seen: look.Look) -> str | None:
        """The state of a run that is not over and needs a person, or the event of a notice that says so; else None.

        An agent's records are read every ASK seconds; what files and locks say is asked at every look.
        """
        from workcell.views import needs, status  # the readers of agents' records

        told = self._told(seen)
        activity = None
        if seen.phase == phase.RUNNING and (told or self._to_ask(seen)):
            self._asked[seen.run] = time.monotonic()
            activity = status.activity_of(seen)
        known = needs.Surroundings(layout.home_of(seen.run)).situation(seen, activity)
        # the word of the table counts: a notice may be of something that is over, or that the table has no row for
        return known.state if table.find(known) is not None else told

    def rests(self, seen: look.Look) -> bool:
        """Whether a run that is not over is at rest: on standby, or with an agent that has ended its turn."""
        from workcell.views import status

        if standby.waits(seen):
            return not standby.due(seen)
        if seen.phase != phase.RUNNING or not self._to_ask(seen):
            return False
        self._asked[seen.run] = time.monotonic()
        activity = status.activity_of(seen)
        return activity is not None and activity["state"] == "idle"

    def _to_ask(self, seen: look.Look) -> bool:
        return time.monotonic() - self._asked.get(seen.run, -ASK) >= ASK

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
    return documents.state_of(seen, None)
