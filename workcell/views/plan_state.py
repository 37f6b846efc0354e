"""How a plan stands: its record and its runs, brought into the form that decides what it does next."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.base.errors import Invalid, NotFound
from workcell.judgement import plan_order
from workcell.judgement.plan_order import Known, Lane, Rules, Step, Trouble, Try
from workcell.rundir import find, ledger, look, phase, plans, status

if TYPE_CHECKING:
    from workcell.rundir.schema.plans import Plan, PlanAction, PlanEntry

SINGLE = ""
"""The lane of an entry that is no race."""


@dataclass
class State:
    """A plan, its record, and what decides about it."""

    home: str
    plan: Plan
    lines: list[PlanAction]
    known: Known
    rules: Rules
    runs: dict[Lane, list[str]] = field(default_factory=dict)
    """Ids of every run of each lane, oldest first, also of those that were tried before."""
    open: dict[Lane, PlanAction] = field(default_factory=dict)
    """Launches of which it is not on record what came of them."""
    ends: list[PlanAction] = field(default_factory=list)
    """Ends of runs that are not on record yet."""

    @property
    def id(self) -> str:
        return self.plan["id"]

    def entry(self, name: str) -> PlanEntry:
        return next(one for one in self.plan["entries"] if one["name"] == name)

    def verdict(self) -> plan_order.Verdict:
        """What is to be done, and how all of it stands."""
        return plan_order.decide(steps_of(self.plan), self.rules, self.known)

    def newest(self, name: str) -> str | None:
        """The id of the run that speaks for an entry: the winner of a race, else its newest run."""
        if name in self.known.winners:
            return self.known.winners[name]
        lanes = lanes_of(self.entry(name))
        tried = [self.known.tries[name, lane].run for lane in lanes if (name, lane) in self.known.tries]
        return tried[0] if len(tried) == 1 else None


def read(home: str, plan: str) -> State:
    """The state of the plan of that id. NotFound where there is none, Invalid where it cannot be read."""
    found = plans.read(home, plan)
    if found is None:
        path = os.path.join(plans.directory(home, plan), plans.PLAN)
        if not os.path.lexists(path):
            raise NotFound(f"no plan {plan!r}", "workcell plan ls")
        raise Invalid(f"{path} cannot be read", "install a newer workcell, or launch its file again with --again")
    return of(home, found, plans.actions(home, plan))


def of(home: str, plan: Plan, lines: list[PlanAction]) -> State:
    """The state of a plan with that record."""
    budget = plan["budget_usd"]
    for line in lines:
        if line["act"] == "retry" and line.get("budget_usd") is not None:
            budget = line.get("budget_usd")
    found = State(home, plan, lines, Known(), Rules(plan["max_live"], budget, plan["on_failure"]))
    current = _newest_of_lanes(found)
    winners = {
        entry["name"]: won["run"]
        for entry in plan["entries"]
        if entry["race"] and (won := plans.winner(home, plan["id"], entry["name"])) is not None
    }
    ends = {(line["run"], line.get("attempt")): line for line in lines if line["act"] == "ended"}
    tries, spent, reserved, live = {}, 0.0, 0.0, []
    for lane, runs in found.runs.items():
        for run in runs:
            one = _try(found, lane, run, ends)
            if one.state == plan_order.LIVE:
                live.append(run)
                reserved += _reserve(lines, run)
            if current.get(lane) == run:
                tries[lane] = one
    spent = sum(_costs(found).values())
    found.known = Known(
        tries=tries,
        troubles=_troubles(lines),
        winners=winners,
        live=tuple(live),
        spent=spent,
        reserved=reserved,
        stopped=plans.stopped(home, plan["id"]) is not None,
    )
    return found


def steps_of(plan: Plan) -> list[Step]:
    """The entries of a plan as steps that can be put in order."""
    return [
        Step(one["name"], tuple(one["needs"]), one["when"], tuple(lanes_of(one)), one["cost_usd"])
        for one in plan["entries"]
    ]


def lanes_of(entry: PlanEntry) -> list[str]:
    """The recipes of a race, or the one empty name of an entry that is none."""
    return entry["race"] or [SINGLE]


def _newest_of_lanes(found: State) -> dict[Lane, str]:
    """The run that counts for each lane; `runs` and `open` of `found` are filled."""
    current: dict[Lane, str] = {}
    answers = {line.get("of"): line for line in found.lines if line["act"] == "result"}
    for line in found.lines:
        if line["act"] == "retry":
            retried = line.get("entries", [])
            current = {lane: run for lane, run in current.items() if lane[0] not in retried}
        if line["act"] != "launch":
            continue
        lane, run = (line.get("entry", ""), line.get("lane", SINGLE)), line.get("run", "")
        answer = answers.get(line["n"])
        there = os.path.isdir(find.path_of(found.home, run))
        if answer is None:
            found.open[lane] = line
        if (answer is not None and answer.get("state") == "launched") or (answer is None and there):
            found.runs.setdefault(lane, []).append(run)
            current[lane] = run
    return current


def _try(found: State, lane: Lane, run: str, ends: dict[tuple[str, int | None], PlanAction]) -> Try:
    """How a run stands. What is seen for the first time of an end is added to `ends` of the state."""
    path = find.path_of(found.home, run)
    kept = status.cached(path)
    if kept is None and not os.path.isdir(path) and not ledger.exists(path):
        last = [line for (name, _), line in ends.items() if name == run]
        if not last:
            return Try(run, plan_order.GONE)
        return Try(run, str(last[-1].get("outcome")), last[-1].get("ended_at") or "")
    if kept is not None:
        word, attempt = kept["outcome"], kept["attempt"]
    else:
        seen = look.at(path)
        word, attempt = (seen.outcome, seen.n) if seen.phase == phase.DONE else (None, None)
    if word is None:
        return Try(run, plan_order.LIVE)
    line = ends.get((run, attempt))
    if line is None:
        line = _end(lane, path, word, attempt)
        found.ends.append(line)
    return Try(run, word, line.get("ended_at") or "")


def _end(lane: Lane, path: str, word: str, attempt: int | None) -> PlanAction:
    seen = look.at(path)
    cost = status.spent(seen)
    return {
        "n": 0,
        "at": "",
        "act": "ended",
        "entry": lane[0],
        "lane": lane[1],
        "run": os.path.basename(path),
        "attempt": attempt,
        "outcome": word,
        "ended_at": seen.result.get("ended_at") if seen.result else None,
        "cost_usd": cost,
    }


def _reserve(lines: list[PlanAction], run: str) -> float:
    """What a living run may come to, by the record of its launch."""
    launches = (line for line in lines if line["act"] == "launch" and line.get("run") == run)
    return next((line.get("cost_usd") or 0.0 for line in launches), 0.0)


def _costs(found: State) -> dict[str, float]:
    """What each run reported that is over, by its id; the last end of a run has all of its attempts."""
    ended = [line for line in (*found.lines, *found.ends) if line["act"] == "ended"]
    return {line.get("run", ""): line.get("cost_usd") or 0.0 for line in ended}


def _troubles(lines: list[PlanAction]) -> dict[Lane, Trouble]:
    """What keeps lanes from being launched, since the last retry of each."""
    found: dict[Lane, Trouble] = {}
    launches = {line["n"]: line for line in lines if line["act"] == "launch"}
    for line in lines:
        if line["act"] == "retry":
            found = {lane: one for lane, one in found.items() if lane[0] not in line.get("entries", [])}
            continue
        about = launches.get(line.get("of", 0), line)
        lane = (about.get("entry", ""), about.get("lane", SINGLE))
        if line["act"] == "blocked" or (line["act"] == "result" and line.get("state") == "blocked"):
            found[lane] = Trouble(str(line.get("why")), line.get("hint"), tuple(line.get("files", ())))
    return found


def is_open(home: str, plan: str) -> bool:
    """Whether the plan has something to do now, or may have: for the tick, which starts a process of its own for it."""
    if plans.changed(home, plan):
        return True
    found = read(home, plan)
    verdict = found.verdict()
    waits = set(found.open) or found.ends or verdict.over
    return bool(waits or verdict.starts or verdict.crowns or verdict.stops)
