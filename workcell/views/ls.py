"""ls: what needs a person, what lives, and what ended last within a day; or the runs that filters leave."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.cleaning import run_cleaner
from workcell.evidence import capture_state
from workcell.rundir import acks, heartbeat, layout, look, needs, outcomes, phase, plans, scan, status, vocabulary
from workcell.rundir.cell import Cell
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema

RECENT = 20
"""Maximum of runs that are over and shown without being asked for, of those that need a person and of the others."""

FRESH = 24 * 3600.0
"""Seconds for which a run that is over is shown without being asked for."""


@dataclass(frozen=True)
class Request:
    """The runs to list. Without a filter: what needs a person, what is not over, and of what ended in the last day the
    20 runs that ended last. With filters: every run for which all of them hold."""

    everything: bool = False
    """Also every other run that is over."""
    group: str | None = None
    """Only the runs of this group."""
    needs: bool = False
    """Only the runs that need a person."""
    unseen: bool = False
    """Only the runs that are over and were not acknowledged."""
    state: tuple[str, ...] = ()
    """Only the runs in one of these states."""
    label: tuple[str, ...] = ()
    """Only the runs with all of these labels."""
    repo: str | None = None
    """Only the runs of this repository: a path, or the name of its directory."""
    recipe: str | None = None
    """Only the runs whose current attempt uses this recipe."""
    since: float | None = None
    """Only the runs about which something was recorded in the last so many seconds."""

    @property
    def filters(self) -> bool:
        """Whether anything but `everything` is asked for."""
        return self != Request(self.everything)


@dataclass(frozen=True)
class PlanNeed:
    """One plan that needs a person."""

    plan: str
    """Its id."""
    name: str
    state: str
    """`running` as long as a run of it lives, else `blocked`."""
    entry: str | None
    """The first entry that cannot be started; null where the plan cannot be read."""
    needs: schema.Needs


@dataclass(frozen=True)
class Result:
    runs: list[schema.Status]
    """Status documents, in the order in which they are shown."""
    hidden: int
    """Runs that are over and were left out."""
    warning: str | None = None
    """Why the watchdog seems not to work, where it is owed; null when all is well."""
    needing: int = 0
    """How many runs and plans need a person, those that are left out included."""
    plans: list[PlanNeed] = field(default_factory=list)
    """Plans that need a person, oldest first."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `ls`, also behind `top`. Raises Usage for a state that there is not."""
    unknown = [word for word in request.state if word not in vocabulary.STATES]
    if unknown:
        raise Usage(f"{unknown[0]!r} is no state", f"one of: {', '.join(sorted(vocabulary.STATES))}")
    found = listed(cell.home, request, cell.clock(), cell.directory)
    waiting = sum(run["state"] == phase.SCHEDULED for run in found.runs)
    return replace(found, warning=heartbeat.warning(cell.home, waiting))


def listed(home: str, request: Request, now: float, directory: str = "/") -> Result:
    """The runs of a request, those that need a person first. Reads files and probes locks; changes nothing.

    `now` is in seconds since the epoch; `directory` is what a relative path of a repository starts from.
    """
    found = scan.scan(home)
    around = Surroundings(home, now)
    runs: list[schema.Status] = []
    over = set(found.over)
    for path in found.live:
        document = _live(around, path)
        if document["phase"] == phase.DONE:
            over.add(document["id"])
        runs.append(document)
    ends = outcomes.every(home)
    unacknowledged = _needing(found.over, ends, around)
    for name in _over(request, found.over, ends, unacknowledged, now):
        path = os.path.join(home, layout.RUNS, name)
        runs.append(_ended(around, path))
    fits = _Filter(request, now, directory)
    runs = [run for run in runs if fits(run)]
    if not (request.filters or request.everything):
        runs = [run for run in runs if run["phase"] != phase.DONE or run["needs"] or _ended_since(run, now - FRESH)]
    runs.sort(key=lambda run: run["written_at"] or "", reverse=True)
    runs.sort(key=_rank)
    shown = sum(run["phase"] == phase.DONE for run in runs)
    known = {run["id"] for run in runs}
    needing = sum(run["needs"] is not None for run in runs)
    if not request.filters:
        needing += sum(name not in known for name in unacknowledged)
    stuck = plans_needing(home, request)
    return Result(runs, 0 if request.filters else len(over) - shown, None, needing + len(stuck), stuck)


def plans_needing(home: str, request: Request) -> list[PlanNeed]:
    """The plans that need a person, oldest first; none where other filters than `needs` and `group` choose runs."""
    known = plans.open_ids(home)
    if not known or replace(request, needs=False, group=None, everything=False).filters:
        return []
    from workcell.views import plan_needs  # few homes have a plan that is not over

    found = plan_needs.of_home(home, known)
    return [one for one in found if request.group in (None, one.name)]


def ls(home: str, *, everything: bool = False, group: str | None = None, now: float | None = None) -> Result:
    """The runs that need a person, live, or ended last within a day; with `group` all runs of that group.

    `now` is in seconds since the epoch; the wall clock without it.
    """
    return listed(home, Request(everything, group), time.time() if now is None else now)


def document(around: Surroundings, path: str) -> schema.Status:
    """The status document of the run in the directory `path`, as a list shows it."""
    return _live(around, path) if status.cached(path) is None else _ended(around, path)


def _ended(around: Surroundings, path: str) -> schema.Status:
    """The document of a run that is over: the kept one, where it is there."""
    kept = status.cached(path)
    return around.document(look.at(path)) if kept is None else around.of_ended(kept)


def _live(around: Surroundings, path: str) -> schema.Status:
    """The document of a run that is not over; what cites its agent is cleaned, what else a run says was before."""
    kept = around.of_resting(path)
    if kept is not None:
        return kept
    seen = look.at(path)
    document = around.document(seen, capture_state.weighed(seen))
    if document["activity"] is not None:
        cleaner = run_cleaner.of_run(path)
        document["activity"] = cleaner.record(document["activity"])
        document["needs"] = cleaner.record(document["needs"]) if document["needs"] is not None else None
    return document


def _needing(over: Iterable[str], ends: dict[str, outcomes.End], around: Surroundings) -> list[str]:
    """Runs that are over and need a person as far as names tell, those that ended last first."""
    found = [
        end
        for end in ends.values()
        if end.run in over and end.outcome in needs.ENDED and acks.name(end.run, end.attempt) not in around.acknowledged
    ]
    runs = [end.run for end in sorted(found, key=lambda end: end.at, reverse=True)]
    return [*runs, *(run for run in around.suggested if run in over and run not in runs)]


def _over(
    request: Request, over: set[str], ends: dict[str, outcomes.End], unacknowledged: list[str], now: float
) -> list[str]:
    """The runs that are over and have to be read. What no index tells of is read as far as it may be shown."""
    unknown = sorted(over - ends.keys(), reverse=True)
    if request == Request(needs=True):
        return unacknowledged + unknown
    if request.everything or request.filters:
        return list(over)
    recent = sorted(
        (end for end in ends.values() if end.run in over and end.at >= now - FRESH),
        key=lambda end: end.at,
        reverse=True,
    )
    names = [*unacknowledged[:RECENT], *(end.run for end in recent[:RECENT]), *unknown[:RECENT]]
    return list(dict.fromkeys(names))


class _Filter:
    """Whether a run is one of those that were asked for."""

    def __init__(self, request: Request, now: float, directory: str) -> None:
        self._request = request
        self._since = None if request.since is None else now - request.since
        self._repo = None if request.repo is None else os.path.realpath(os.path.join(directory, request.repo))

    def __call__(self, run: schema.Status) -> bool:
        asked = self._request
        return (
            (asked.group is None or run.get("group") == asked.group)
            and (not asked.needs or run["needs"] is not None)
            and (not asked.unseen or (run["phase"] == phase.DONE and not run.get("acknowledged")))
            and (not asked.state or run["state"] in asked.state)
            and all(label in (run.get("labels") or ()) for label in asked.label)
            and (asked.recipe is None or run.get("recipe") == asked.recipe)
            and (self._repo is None or self._of_repo(run))
            and (self._since is None or _written_since(run, self._since))
        )

    def _of_repo(self, run: schema.Status) -> bool:
        top = run.get("repo")
        if not top or self._repo is None:
            return False
        return os.path.basename(top) == self._request.repo or f"{self._repo}/".startswith(f"{os.path.realpath(top)}/")


def _rank(run: schema.Status) -> int:
    """What needs a person stands first, what lives before what is over."""
    if run["needs"] is not None:
        return 0 if run["phase"] != phase.DONE else 1
    return 4 if run["phase"] == phase.DONE else 3 if run["state"] in (phase.SCHEDULED, phase.CREATED) else 2


def _ended_since(run: schema.Status, since: float) -> bool:
    return _moment(run.get("ended_at")) >= since


def _written_since(run: schema.Status, since: float) -> bool:
    return _moment(run.get("written_at")) >= since


def _moment(stamp: str | None) -> float:
    try:
        return clock.parse(stamp or "")
    except ValueError:
        return 0.0
