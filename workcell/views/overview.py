"""The overview of a home: how many runs are in which state, what needs a person, accounts held, the watchdog."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.rundir import heartbeat, layout, look, outcomes, phase, scan, status
from workcell.views import ls
from workcell.views.ls import PlanNeed
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Account:
    """An account that is held."""

    account: str
    until: str
    """What ends the hold: `resets`, `probe` or `person`."""
    until_at: str | None
    """When it ends by itself."""
    why: str | None
    runs: list[str]
    """Ids of the runs that wait for it."""
    command: str | None
    """What lets it go; null where no run of it is there."""


@dataclass(frozen=True)
class Result:
    """What is so in the whole home."""

    states: dict[str, int]
    """How many runs are in each state; a state without runs is left out."""
    needs: list[schema.Status]
    """The status documents of the runs that need a person, as `ls --needs` has them."""
    accounts: list[Account]
    """Accounts that are held."""
    ticking: bool
    """Whether a watchdog goes on with what is due."""
    warning: str | None
    """Why the watchdog seems not to work, where it is owed; null when all is well."""
    watchdog: str
    """What repeats the ticks and when the last one was, or what is wrong and its cure: one line."""
    plans: list[PlanNeed] = field(default_factory=list)
    """The plans that need a person, oldest first."""


def overview(home: str, now: float) -> Result:
    """The overview at the epoch time `now`. Looks only."""
    listed = ls.listed(home, ls.Request(), now)
    over, ends = scan.scan(home).over, outcomes.every(home)
    states: Counter[str] = Counter(run["state"] for run in listed.runs if run["id"] not in over)
    states.update(ends[run].outcome if run in ends else _read_state(home, run) for run in over)
    around = Surroundings(home, now)
    accounts = [_account(hold, listed.runs) for hold in around.holds.values()]
    needing = [run for run in listed.runs if run["needs"] is not None]
    waiting = sum(run["state"] == phase.SCHEDULED for run in listed.runs)
    ticks = heartbeat.Watchdog(home)
    warning = heartbeat.warning(home, waiting)
    return Result(dict(states), needing, accounts, ticks.present, warning, ticks.words(), listed.plans)


def _read_state(home: str, run: str) -> str:
    """The state of a run that is over and of which the index tells nothing: the index may be deleted."""
    path = os.path.join(home, layout.RUNS, run)
    kept = status.cached(path)
    return kept["state"] if kept is not None else status.state_of(look.at(path), None)


def _account(hold: schema.AccountHold, runs: list[schema.Status]) -> Account:
    name = hold["account"]
    waiting = [run["id"] for run in runs if (waits := run.get("waits")) is not None and waits["account"] == name]
    by = hold["by"].get("run")
    known = waiting[:1] or [one for one in [by] if one]
    return Account(
        account=name,
        until=hold["until"],
        until_at=hold["until_at"],
        why=hold["why"],
        runs=waiting,
        command=f"workcell release {known[0]}" if known else None,
    )
