"""What a plan does next: what may start, which run has won a race, what is to be stopped, and how all of it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.judgement import outcome

if TYPE_CHECKING:
    from workcell.rundir.schema.literals import PlanEntryState, PlanState

PASSED, ENDED = "passed", "ended"
STOP = "stop"
LIVE, GONE = "live", "gone"
WAITING, RUNNING, BLOCKED = "waiting", "running", "blocked"

LEAST = 0.01
"""US dollars below which a share of a budget starts no run."""

FAILURES = (outcome.FAILED, outcome.STOPPED, outcome.TAMPERED, outcome.ABANDONED, GONE)
"""Ends of an entry after which a plan with `on_failure: stop` starts no other."""


@dataclass(frozen=True)
class Step:
    """One entry. `lanes` are the recipes of a race, or one empty name; `cost` is its own limit in US dollars."""

    name: str
    needs: tuple[str, ...] = ()
    when: str = PASSED
    lanes: tuple[str, ...] = ("",)
    cost: float | None = None


@dataclass(frozen=True)
class Rules:
    """What holds over the whole plan."""

    max_live: int | None = None
    budget: float | None = None
    """US dollars."""
    on_failure: str = "continue"


@dataclass(frozen=True)
class Try:
    """The newest run of one lane: `state` is `live`, an outcome, or `gone`."""

    run: str
    state: str
    ended_at: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why an entry cannot be started, what is to be done before it is launched again, and the files that conflict.

    `budget` is what the plan goes on with, in US dollars, where its own is used up.
    """

    why: str
    hint: str | None = None
    files: tuple[str, ...] = ()
    budget: int | None = None


Lane = tuple[str, str]
"""The name of an entry, and one of its lanes."""


@dataclass
class Known:
    """What is on record of a plan and its runs. Runs that were tried before the newest ones count in the figures."""

    tries: Mapping[Lane, Try] = field(default_factory=dict)
    troubles: Mapping[Lane, Trouble] = field(default_factory=dict)
    winners: Mapping[str, str] = field(default_factory=dict)
    """The run that won, by the name of the entry."""
    live: tuple[str, ...] = ()
    """Every run of the plan that is not over."""
    spent: float = 0.0
    """US dollars that runs reported which are over."""
    reserved: float = 0.0
    """US dollars that living runs may come to."""
    stopped: bool = False


@dataclass(frozen=True)
class Start:
    """A run to start; `cost` is the most that it may cost, None without a budget."""

    entry: str
    lane: str
    cost: float | None


@dataclass(frozen=True)
class Crown:
    """A run that has won its race."""

    entry: str
    lane: str
    run: str


@dataclass
class Verdict:
    """What is to be done, and how the plan and each of its entries stand."""

    states: dict[str, PlanEntryState]
    troubles: dict[str, Trouble]
    """Of each entry that is blocked."""
    state: PlanState = "running"
    starts: list[Start] = field(default_factory=list)
    crowns: list[Crown] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    """Ids of living runs."""

    @property
    def over(self) -> bool:
        """Whether nothing of the plan lives or can be started, and no person is waited for."""
        return self.state not in ("running", "blocked")


def decide(steps: Sequence[Step], rules: Rules, known: Known) -> Verdict:
    """What the plan does next. Pure: the same record gives the same answer."""
    begun = {step.name: _begun(step, known) for step in steps}
    # what a stopped plan ended is no failure that kept another entry from its start
    causes = [word for word in FAILURES if not (known.stopped and word == outcome.STOPPED)]
    failed = rules.on_failure == STOP and any(word in causes for word in begun.values())
    found = Verdict({}, {})
    for step in in_order(steps):
        word = begun[step.name] or _unbegun(step, found.states, failed=failed, stopped=known.stopped)
        if word == WAITING and begun[step.name] and failed:
            word = outcome.FAILED  # a race of which no lane is left that may start
        _enter(found, step, word, known)
    found.crowns = [crown for step in steps for crown in _crown(step, known)]
    found.stops = _stops(steps, known)
    if not known.stopped:
        _choose(steps, rules, known, found)
    found.state = _of_plan(known, found)
    return found


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps, each behind those that it needs. Steps of a circle, which no launch accepts, stand last."""
    placed: dict[str, Step] = {}
    left = list(steps)
    while left:
        free = [step for step in left if all(need in placed for need in step.needs)]
        for step in free or left:
            placed[step.name] = step
        left = [step for step in left if step.name not in placed]
    return list(placed.values())


def _tries(step: Step, known: Known) -> list[Try]:
    return [known.tries[step.name, lane] for lane in step.lanes if (step.name, lane) in known.tries]


def _missing(step: Step, known: Known) -> list[str]:
    """The lanes that were not started, and that nothing keeps from it."""
    return [
        lane for lane in step.lanes if (step.name, lane) not in known.tries and (step.name, lane) not in known.troubles
    ]


def _begun(step: Step, known: Known) -> PlanEntryState | None:
    """The state of an entry that was begun; None of one that was not."""
    tries = _tries(step, known)
    troubles = [lane for lane in step.lanes if (step.name, lane) in known.troubles]
    states = [one.state for one in tries]
    if step.name in known.winners:
        return "passed"
    if LIVE in states or (outcome.PASSED in states and len(step.lanes) > 1):
        return "running"
    if not tries and not troubles:
        return None
    if known.stopped and (troubles or _missing(step, known)):
        return "stopped"
    if _missing(step, known):
        return "waiting"
    if troubles:
        return "blocked"
    return _end(states[0]) if len(states) == 1 else "failed"


def _end(word: str) -> PlanEntryState:
    found: dict[str, PlanEntryState] = {
        outcome.PASSED: "passed",
        outcome.UNVERIFIED: "unverified",
        outcome.STOPPED: "stopped",
        outcome.TAMPERED: "tampered",
        outcome.ABANDONED: "abandoned",
        GONE: "gone",
    }
    return found.get(word, "failed")


def _unbegun(step: Step, states: Mapping[str, PlanEntryState], *, failed: bool, stopped: bool) -> PlanEntryState:
    """The state of an entry of which nothing was begun; `states` has those that it needs.

    What did not pass before a plan was stopped is why an entry never ran; else the stop is.
    """
    open_yet = (PASSED, WAITING, RUNNING, BLOCKED, *((outcome.STOPPED,) if stopped else ()))
    dead = [need for need in step.needs if step.when != ENDED and states.get(need) not in open_yet]
    if dead or failed:
        return "skipped"
    return "stopped" if stopped else "waiting"


def _enter(found: Verdict, step: Step, word: PlanEntryState, known: Known) -> None:
    found.states[step.name] = word
    if word == BLOCKED:
        found.troubles[step.name] = next(
            known.troubles[step.name, lane] for lane in step.lanes if (step.name, lane) in known.troubles
        )


def _crown(step: Step, known: Known) -> list[Crown]:
    """The run that wins the race of this entry now: of those that passed, the one that ended first."""
    if len(step.lanes) < 2 or step.name in known.winners:
        return []
    passed = [
        (known.tries[step.name, lane].ended_at, number, lane)
        for number, lane in enumerate(step.lanes)
        if (step.name, lane) in known.tries and known.tries[step.name, lane].state == outcome.PASSED
    ]
    return [Crown(step.name, lane, known.tries[step.name, lane].run) for _, _, lane in sorted(passed)[:1]]


def _stops(steps: Sequence[Step], known: Known) -> list[str]:
    if known.stopped:
        return list(known.live)
    raced = [step for step in steps if step.name in known.winners]
    return [one.run for step in raced for one in _tries(step, known) if one.state == LIVE]


def _met(step: Step, states: Mapping[str, PlanEntryState]) -> bool:
    over = (WAITING, RUNNING, BLOCKED)
    if step.when == ENDED:
        return all(states.get(need) not in over for need in step.needs)
    return all(states.get(need) == PASSED for need in step.needs)


def _choose(steps: Sequence[Step], rules: Rules, known: Known, found: Verdict) -> None:
    """The runs to start now, in the order of the file, within `max_live` and the budget."""
    if rules.on_failure == STOP and any(word == BLOCKED or word in FAILURES for word in found.states.values()):
        return
    room = len(steps) * 100 if rules.max_live is None else rules.max_live - len(known.live)
    left = None if rules.budget is None else rules.budget - known.spent - known.reserved
    waiting = [step for step in steps if found.states[step.name] == WAITING or _races_on(step, known)]
    open_lanes = sum(len(_missing(step, known)) for step in waiting)
    poor: list[Step] = []
    for step in waiting:
        if not _met(step, found.states):
            continue
        for lane in _missing(step, known):
            cost = _cost(step, left, open_lanes)
            if left is not None and cost is None:
                poor.append(step)
                break
            if room <= 0:
                return
            found.starts.append(Start(step.name, lane, cost))
            room, open_lanes = room - 1, open_lanes - 1
            left = None if left is None or cost is None else left - cost
    if poor and not known.live and not found.starts:
        _bankrupt(poor, rules, known, found)


def _races_on(step: Step, known: Known) -> bool:
    """Whether a race that was begun has no winner yet: lanes of it that were not started may start."""
    tries = _tries(step, known)
    return bool(tries) and step.name not in known.winners and all(one.state != outcome.PASSED for one in tries)


def _cost(step: Step, left: float | None, lanes: int) -> float | None:
    """The most that a run may cost: its own limit, else its share of what is left; None where that is not there."""
    if left is None:
        return None
    wanted = step.cost if step.cost is not None else left / max(1, lanes)
    return wanted if LEAST <= wanted <= left + 1e-9 else None


def _bankrupt(poor: Sequence[Step], rules: Rules, known: Known, found: Verdict) -> None:
    why = f"the budget of ${rules.budget:g} is used up: ${known.spent:g} were reported"
    more = math.ceil(known.spent + max(rules.budget or 0.0, *(step.cost or 0.0 for step in poor)))
    for step in poor:
        found.states[step.name] = "blocked"
        found.troubles[step.name] = Trouble(why, budget=more)


def _of_plan(known: Known, found: Verdict) -> PlanState:
    words = set(found.states.values())
    if known.live or found.starts or found.crowns:
        return "running"
    if known.stopped:
        return "stopped"
    if words & {BLOCKED, WAITING, RUNNING}:
        return "blocked"
    if words <= {PASSED}:
        return "passed"
    return "unverified" if words <= {PASSED, outcome.UNVERIFIED} else "failed"
