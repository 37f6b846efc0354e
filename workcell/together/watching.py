"""watch, unwatch: the wish of a run to be told of another one, sealed and taken back.

Both return at once. What a watch waits for is told by a message into the inbox of its watcher, see `finish.watchers`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from workcell.base.errors import InputOutput, NotFound, Refused, TryAgain, Usage
from workcell.finish import watchers
from workcell.rundir import family, find, heartbeat, inbox, look, selection, watches
from workcell.rundir.cell import Cell
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class WatchRequest:
    """The runs to watch: those named, and the live ones of a group."""

    runs: tuple[str, ...] = ()
    """Each an id, a name, a unique prefix, a path, or `-` for the newest run."""
    group: str | None = None
    """Also every live run of this group, but the one around the caller."""
    wanted: Literal["done", "attention", "idle"] = "done"
    """`done`: it is over. `attention`: it is over or needs a person. `idle`: it is over or has ended its turn."""
    within: float | None = None
    """Seconds after which the caller's run is told in any case."""


@dataclass(frozen=True)
class Watched:
    """One watch."""

    id: str
    """Also that of the message to come."""
    run: str
    """Id of the run that is watched."""
    due_at: str | None
    """When the message comes in any case; null without a time."""
    told: bool
    """What it waits for had come already: the message is in the inbox."""
    new: bool
    """False where the same watch stood before."""


@dataclass(frozen=True)
class WatchResult:
    watcher: str
    """Id of the run that is told."""
    watches: list[Watched]
    warning: str | None
    """Why no watchdog ticks, and its cure: it tells what a killed process left untold, and when a time is over. Null
    where one ticks, or nothing is waited for."""


@dataclass(frozen=True)
class UnwatchRequest:
    watches: tuple[str, ...] = ()
    """Each the id of a watch, or a watched run: inside a run the watches of that run on it, outside those of all."""
    all: bool = False
    """Every open watch of the run around the caller."""


@dataclass(frozen=True)
class TakenBack:
    """A watch that was taken back."""

    id: str
    run: str
    """Id of the run that was watched."""
    by: str
    """Id of the run that will not be told."""


@dataclass(frozen=True)
class UnwatchResult:
    watches: list[TakenBack]


def perform_watch(cell: Cell, request: WatchRequest) -> WatchResult:
    """The operation `watch`. Nothing is watched where one of the runs cannot be.

    Refused outside of a run, for a run that no message can wake, and for a ring of runs that would wait for each other;
    Usage and NotFound as `selection.choose` and `find.run`; InputOutput where the disk refuses.
    """
    if not cell.caller.inside:
        raise Refused(
            "'workcell watch' tells the run around the caller, and this was not called from inside one",
            "workcell wait RUN, or workcell top to look at all runs",
        )
    if not request.runs and request.group is None:
        raise Usage("no run was named", "workcell watch RUN, or workcell watch --group GROUP")
    watcher = look.at(_own(cell))
    named = [f"--group {request.group}"] if request.group is not None else []
    watches.check(watcher, " ".join(["workcell wait", *request.runs, *named]))
    runs = _runs(cell, request, watcher.id)
    try:
        made = _make(cell, request, runs)
        # sealed first, then looked: a run that ends meanwhile finds the watch, or is found to have ended here
        for run in runs:
            watchers.tell(look.at(find.path_of(cell.home, run)))
    except OSError as error:
        raise InputOutput(f"cannot watch: {error.strerror}", "workcell doctor") from error
    done = [_watched(one, watcher.run, new=new) for one, new in made]
    waits = not all(one.told for one in done)
    return WatchResult(watcher.id, done, heartbeat.missing(cell.home) if waits else None)


def _watched(one: schema.Watch, watcher: str, *, new: bool) -> Watched:
    return Watched(one["id"], one["run"], one["due_at"], inbox.stands(watcher, f"{one['id']}.json"), new)


def _own(cell: Cell) -> str:
    """The directory of the run around the caller; Refused where that is a run of another home."""
    own = cell.caller.runs[0]
    if os.path.realpath(own) != os.path.realpath(family.directory(cell.home, os.path.basename(own))):
        raise Refused(f"{cell.caller.id} is a run of another home", f"export WORKCELL_HOME={find.home_of(own)}")
    return find.path_of(cell.home, cell.caller.id)


def _runs(cell: Cell, request: WatchRequest, watcher: str) -> list[str]:
    """Ids of the runs to watch, each once."""
    words = selection.choose(cell.home, request.runs, request.group, (), live=True)
    found = [os.path.basename(find.run_to_change(cell.home, word)) for word in dict.fromkeys(words)]
    if request.group is not None:
        named = {os.path.basename(find.run(cell.home, word)) for word in request.runs}
        found = [run for run in found if run != watcher or run in named]
        if not found:
            raise NotFound(f"no other run of group {request.group!r} is not over", "workcell ls --all")
    return list(dict.fromkeys(found))


def _make(cell: Cell, request: WatchRequest, runs: list[str]) -> list[tuple[schema.Watch, bool]]:
    """Seal a watch on each run, but where the same one stands; (watch, whether it is new)."""
    due = None if request.within is None else cell.clock() + request.within
    held = watches.making(cell.home)
    if held is None:
        raise TryAgain("other watches are being made at this moment", "try again in a few seconds")
    try:
        stand = watches.every(cell.home)
        if due is None and request.wanted != "idle":
            _refuse_ring([one for one in stand if find.is_live(cell.home, one["by"]["run"])], cell.caller.id, runs)
        made = []
        for run in runs:
            same = next((one for one in stand if due is None and _is_same(one, cell.caller, run, request)), None)
            made.append((same or watches.place(cell.home, run, cell.caller.named(), request.wanted, due), same is None))
        return made
    finally:
        os.close(held)


def _is_same(one: schema.Watch, who: access.Caller, run: str, request: WatchRequest) -> bool:
    known = (one["by"]["run"], one["run"], one["wanted"], one["due_at"])
    return known == (who.id, run, request.wanted, None)


def _refuse_ring(stand: list[schema.Watch], watcher: str, runs: list[str]) -> None:
    way = watches.ring(stand, watcher, runs)
    if way is None:
        return
    if len(way) == 2:
        raise Refused(f"{watcher} would wait for itself", "name another run")
    words = ", and ".join(f"{one} waits for {other}" for one, other in pairwise(way))
    raise Refused(
        f"no run of this ring would ever be told: {words}",
        f"workcell watch {way[1]} --within 10m, or have one of them take its watch back: workcell unwatch RUN",
    )


def perform_unwatch(cell: Cell, request: UnwatchRequest) -> UnwatchResult:
    """The operation `unwatch`. From inside a run it takes back only what that run watches.

    A watcher whose watch a person takes back is told so in its place: it may sleep until a message comes. Usage where
    nothing is named, NotFound where no open watch is meant, InputOutput where the disk refuses.
    """
    inside = cell.caller.id if cell.caller.inside else None
    if not request.watches and not request.all:
        raise Usage("no watch was named", "workcell unwatch RUN, or the id of a watch: workcell watches lists them")
    if request.all and (request.watches or inside is None):
        raise Usage("--all means all watches of the run around the caller, and stands alone", "workcell unwatch RUN")
    open_ = [one for one in watches.every(cell.home) if inside in (None, one["by"]["run"])]
    chosen = open_ if request.all else [one for word in request.watches for one in _meant(cell, word, open_)]
    unique = {one["id"]: one for one in chosen}
    try:
        return UnwatchResult([done for one in unique.values() if (done := _take_back(cell, one)) is not None])
    except OSError as error:
        raise InputOutput(f"cannot take a watch back: {error.strerror}", "workcell doctor") from error


def _meant(cell: Cell, word: str, open_: list[schema.Watch]) -> list[schema.Watch]:
    """The open watches that a word means; NotFound where there is none."""
    found = [one for one in open_ if word in (one["id"], one["run"])]
    if not found:
        run = os.path.basename(find.run(cell.home, word))
        found = [one for one in open_ if one["run"] == run]
        if not found:
            raise NotFound(f"{run} is not watched", "workcell watches")
    return found


def _take_back(cell: Cell, one: schema.Watch) -> TakenBack | None:
    """Take one watch back; None where it was fired meanwhile."""
    run, by = one["run"], one["by"]["run"]
    entry = watches.parse(watches.name_of(one))
    try:
        held = watches.lock(cell.home, run)
    except FileNotFoundError:
        return None
    if held is None or entry is None:
        raise TryAgain(f"another process tells the watchers of {run}", "try again in a few seconds")
    try:
        if entry.name not in {known.name for known in watches.on(cell.home, run)}:
            return None
        if cell.caller.inside:
            watches.take_back(cell.home, run, entry.name)
        else:
            watchers.tell_taken_back(cell.home, one, entry)
    finally:
        os.close(held)
    return TakenBack(one["id"], run, by)
