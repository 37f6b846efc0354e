"""How plans stand, as documents: one plan with its entries, and the list of all plans."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.base.errors import WorkcellError
from workcell.launch.requests import AskedDryRun
from workcell.rundir import find, look
from workcell.views import plan_needs, plan_state

if TYPE_CHECKING:
    from workcell.judgement.plan_order import Verdict
    from workcell.rundir.schema.plans import PlanEntry


GOES_ON = ("waiting", "running", "passed", "unverified", "skipped")
"""States of entries that a retry without names leaves alone."""


@dataclass(frozen=True)
class PlanRow:
    """One plan."""

    id: str
    name: str
    state: str
    """`running`, `blocked`, `passed`, `unverified`, `failed` or `stopped`."""
    launched_at: str
    entries: dict[str, int]
    """How many entries are in each state."""
    live: int
    """How many of its runs are not over."""
    file: str
    """The launch file."""
    cost_usd: float
    """US dollars that its runs reported which are over."""
    problem: str | None = None
    """Why it cannot be read."""


@dataclass(frozen=True)
class Listed:
    plans: list[PlanRow]


@dataclass(frozen=True)
class Row:
    """One entry of a plan."""

    name: str
    state: str
    """`waiting`, `running`, `blocked`, an outcome, `skipped` or `gone`."""
    run: str | None
    """The run that speaks for it: the winner of a race, else its newest run."""
    runs: list[str]
    """All of its runs, oldest first, also those that were tried before."""
    needs: list[str]
    when: str
    """What it waits for: that what it needs has `passed`, or is `ended`."""
    base: str | None
    merge: list[str]
    race: list[str]
    """The recipes that race for it."""
    why: str | None
    """Why it is blocked."""
    hint: str | None
    """What cures that."""
    files: list[str]
    """Files in conflict."""
    asked_at: str
    """`FILE:LINE` of the launch file."""
    phase: str | None = None
    """The phase of `run`; null without one, and where it is gone."""
    won: str | None = None
    """The recipe that won the race for it; null while none has, and where it is no race."""


@dataclass(frozen=True)
class Result:
    """How a plan stands."""

    plan: str
    """Its id."""
    name: str
    state: str
    """`running`, `blocked`, `passed`, `unverified`, `failed` or `stopped`."""
    file: str
    launched_at: str
    max_live: int | None
    budget_usd: float | None
    cost_usd: float
    """US dollars that its runs reported which are over."""
    on_failure: str
    live: int
    entries: list[Row]
    """In the order of the launch file."""
    found: bool = False
    """Of a launch: whether the plan was there already."""
    notes: list[str] = field(default_factory=list)
    cure: str | None = None
    """The command that launches anew what failed or is blocked; of a plan that was stopped, the whole plan. Null where
    nothing is to be launched anew."""


@dataclass(frozen=True)
class DryRun:
    """What a plan would launch, and in which order."""

    name: str | None
    max_live: int | None
    on_failure: str
    order: list[list[str]]
    """Names of entries; each list can begin once those before it are over."""
    runs: list[AskedDryRun]


def listed(home: str, plan: str) -> PlanRow:
    """The row of the plan of that id; one that cannot be read has a `problem`."""
    try:
        state = plan_state.read(home, plan)
    except (WorkcellError, OSError) as error:
        return PlanRow(plan, plan, "blocked", "", {}, 0, "", 0.0, str(error))
    verdict = state.verdict()
    counts: dict[str, int] = {}
    for word in verdict.states.values():
        counts[word] = counts.get(word, 0) + 1
    return PlanRow(
        id=plan,
        name=state.plan["name"],
        state=verdict.state,
        launched_at=state.plan["at"],
        entries=counts,
        live=len(state.known.live),
        file=state.plan["file"],
        cost_usd=round(state.known.spent, 4),
    )


def result(state: plan_state.State, *, found: bool = False) -> Result:
    """How the plan stands. `found`: a launch found it there already."""
    verdict = state.verdict()
    plan = state.plan
    return Result(
        plan=plan["id"],
        name=plan["name"],
        state=verdict.state,
        file=plan["file"],
        launched_at=plan["at"],
        max_live=plan["max_live"],
        budget_usd=state.rules.budget,
        cost_usd=round(state.known.spent, 4),
        on_failure=plan["on_failure"],
        live=len(state.known.live),
        entries=[_row(state, verdict, entry) for entry in plan["entries"]],
        found=found,
        cure=_cure(state, verdict),
    )


def _cure(state: plan_state.State, verdict: Verdict) -> str | None:
    if state.known.stopped:
        return f"workcell launch {shlex.quote(state.plan['file'])} --again"
    if any(word not in GOES_ON for word in verdict.states.values()):
        budget = max((one.budget for one in verdict.troubles.values() if one.budget is not None), default=None)
        return f"workcell plan retry {state.id}" + (f" --budget {budget}" if budget is not None else "")
    return None


def _row(state: plan_state.State, verdict: Verdict, entry: PlanEntry) -> Row:
    name = entry["name"]
    trouble = verdict.troubles.get(name)
    runs = [run for lane in plan_state.lanes_of(entry) for run in state.runs.get((name, lane), [])]
    return Row(
        name=name,
        state=verdict.states[name],
        run=state.newest(name),
        runs=sorted(runs),
        needs=list(entry["needs"]),
        when=entry["when"],
        base=entry["base"],
        merge=list(entry["merge"]),
        race=list(entry["race"]),
        why=trouble.why if trouble else None,
        hint=(trouble.hint or plan_needs.command(state.id, name, trouble)) if trouble else None,
        files=list(trouble.files) if trouble else [],
        asked_at=entry["at"],
        phase=_phase(state, name),
        won=_winner(state, entry),
    )


def _phase(state: plan_state.State, name: str) -> str | None:
    run = state.newest(name)
    path = find.path_of(state.home, run) if run is not None else ""
    return look.at(path).phase if os.path.isdir(path) else None


def _winner(state: plan_state.State, entry: PlanEntry) -> str | None:
    run = state.known.winners.get(entry["name"])
    return next((lane for lane in entry["race"] if run in state.runs.get((entry["name"], lane), [])), None)
