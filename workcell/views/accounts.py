"""accounts: what the runs of each account spent, which account is held and why, and which run starts next."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.agents import registry
from workcell.cleaning import run_cleaner
from workcell.rundir import heartbeat, layout, look, phase, standby
from workcell.rundir.cell import Cell
from workcell.views import ls, report, spending
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema

WEEK = 7 * 24 * 3600.0
"""Seconds for which runs that are over are counted."""


@dataclass(frozen=True)
class Request:
    pass


@dataclass(frozen=True)
class Spending:
    """What attempts spent that ended in a time, or have not ended."""

    cost_usd: float | None
    """US dollars; null where none of them reported a cost."""
    tokens: dict[str, int]
    """By kind: `input`, `output`, `cache_read`, `cache_write`."""
    attempts: int


@dataclass(frozen=True)
class Account:
    """One account, as far as runs and holds tell."""

    account: str
    """Sixteen hex digits: a hash of the agent and of its credential."""
    agents: list[str]
    """The agent programs that use it."""
    held: bool
    until: str | None
    """What ends the hold: `resets`, `probe` or `person`."""
    until_at: str | None
    """When it ends by itself."""
    since: str | None
    """Since when it is held."""
    why: str | None
    command: str | None
    """What lets it go; null for an account that is not held, and where no run of it is there."""
    live: list[str]
    """Ids of the runs that spend from it now."""
    waits: list[str]
    """Ids of the runs that are to be started and wait, for the account or for their time."""
    next: str | None
    """The id of the run among them that is started next."""
    next_at: str | None
    """Not before then; null for as soon as the watchdog ticks, and where no time says."""
    today: Spending
    """Since midnight, in the zone of this machine."""
    week: Spending
    """In the last seven days."""


@dataclass(frozen=True)
class Result:
    accounts: list[Account]
    """Those that are held first, then those that spent most."""
    ticking: bool
    """Whether a watchdog starts what waits."""


@dataclass
class _Known:
    """What was found of one account."""

    agents: set[str] = field(default_factory=set)
    spent: list[spending.Spent] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    waiting: list[schema.Status] = field(default_factory=list)


def perform(cell: Cell, request: Request) -> Result:
    """The operation `accounts`. Looks only."""
    now = cell.clock()
    around = Surroundings(cell.home, now)
    known: dict[str, _Known] = {name: _Known() for name in around.holds}
    documents = [run for run in ls.listed(cell.home, ls.Request(), now).runs if run["phase"] != phase.DONE]
    for document in [*report.ended_since(cell.home, now - WEEK, around), *documents]:
        _take_in(known, cell.home, document, now)
    accounts = [_account(cell.home, name, one, around.holds.get(name), now) for name, one in known.items()]
    accounts.sort(key=lambda one: (not one.held, -(one.week.cost_usd or 0.0), one.account))
    return Result(accounts, heartbeat.there(cell.home))


def _take_in(known: dict[str, _Known], home: str, document: schema.Status, now: float) -> None:
    """Count one run for the accounts of its attempts; one without a credential has none."""
    seen = look.at(os.path.join(home, layout.RUNS, document["id"]))
    cleaner = run_cleaner.of_run(seen.run)
    name = None
    for one in spending.of_run(seen, cleaner, now):
        attempt: schema.Attempt | None = look.record_at(seen, one.attempt, layout.ATTEMPT)
        name = holds.account(seen.run, attempt)
        if name is None or attempt is None:
            continue
        account = known.setdefault(name, _Known())
        account.agents.add(cleaner.line(registry.find_or_generic(attempt["reader"], home).title))
        if one.attempt < seen.n or document["started_at"]:
            account.spent.append(one)
    if name is None or document["phase"] == phase.DONE or document["state"] == standby.WAITING:
        return
    if document["phase"] in (phase.SCHEDULED, phase.CREATED):
        if not seen.starts_later:
            known[name].waiting.append(document)
    else:
        known[name].live.append(document["id"])


def _account(home: str, name: str, known: _Known, hold: schema.AccountHold | None, now: float) -> Account:
    waiting = sorted(known.waiting, key=lambda run: (run["due_at"] or "", run["id"]))
    able = [run for run in waiting if run.get("hold") is None]  # a hold on the run itself outlasts that on its account
    following = able[0] if able else None
    by = hold["by"].get("run") if hold is not None else None
    let_go = [run["id"] for run in waiting] or ([by] if by and os.path.isdir(_path(home, by)) else [])
    times = [hold["until_at"] if hold else None, following["due_at"] if following else None]
    ends = hold is None or hold["until_at"] is not None
    why = hold["why"] if hold else None
    return Account(
        account=name,
        agents=sorted(known.agents),
        held=hold is not None,
        until=hold["until"] if hold else None,
        until_at=hold["until_at"] if hold else None,
        since=hold["since"] if hold else None,
        why=run_cleaner.of_run(_path(home, by) if by else None).line(why) if why else None,
        command=f"workcell release {let_go[0]}" if hold is not None and let_go else None,
        live=known.live,
        waits=[run["id"] for run in waiting],
        next=following["id"] if following else None,
        next_at=max((one for one in times if one), default=None) if following and ends else None,
        today=_spending(known.spent, _midnight(now)),
        week=_spending(known.spent, now - WEEK),
    )


def _path(home: str, run: str) -> str:
    return os.path.join(home, layout.RUNS, os.path.basename(run))


def _midnight(now: float) -> float:
    there = time.localtime(now)
    return time.mktime((there.tm_year, there.tm_mon, there.tm_mday, 0, 0, 0, 0, 0, -1))


def _spending(spent: list[spending.Spent], since: float) -> Spending:
    recent = [one for one in spent if one.at >= since]
    cost, tokens = spending.total(recent)
    return Spending(cost, tokens, len(recent))
