"""The plans of a wait: it goes on as long as a run of one of them is to be started.

A plan that needs a person before it starts anything more is not waited for, like a run that needs a person.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workcell.base.errors import Refused, WorkcellError
from workcell.launch import wait as runs_wait
from workcell.launch.stalled_plans import Stalled
from workcell.rundir import find, plans
from workcell.views import plan_needs, plan_state

if TYPE_CHECKING:
    from workcell.judgement.plan_order import Verdict
    from workcell.launch.wait import PlanStanding
    from workcell.rundir.look import Look

LOOK = 0.25
"""Seconds between two looks at plans of which no run lives."""


def of_group(home: str, group: str, around: set[str]) -> list[str]:
    """Ids of the plans whose runs are of that group, oldest first, but those that a run of `around` is of."""
    found = []
    for plan in plans.ids_of(home):
        try:
            made = plans.read(home, plan)
            if made is None or not any(one["options"]["group"] == group for one in made["entries"]):
                continue
            runs = _runs(plan_state.of(home, made, plans.actions(home, plan)))
        except (OSError, KeyError, TypeError):
            continue  # one that cannot be read is for `plan ls` and `fsck`
        over = os.path.lexists(os.path.join(plans.directory(home, plan), plans.OVER))
        if not around & set(runs) and (runs or not over):
            found.append(plan)
    return found


def named(home: str, word: str, around: set[str]) -> str | None:
    """The id of the plan that the word names; None where it names none. Refused for one that the caller is a run of."""
    plan = plans.named(home, word)
    if plan is not None and around & set(_runs(plan_state.read(home, plan))):
        raise Refused(f"a run of {plan} would wait for itself: this was called from inside it", "end the turn")
    return plan


def _runs(state: plan_state.State) -> list[str]:
    return [run for lane in state.runs.values() for run in lane]


class Plans:
    """The plans that one wait is for, and all runs that it is for, those of the plans as they are made."""

    def __init__(self, home: str, ids: list[str], paths: list[str], around: set[str]) -> None:
        self.paths = list(paths)
        self._home, self._ids, self._around = home, ids, around
        self._states: dict[str, plan_state.State] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._stalled = Stalled(home)
        self.look()

    def look(self) -> bool:
        """Look at the plans anew; whether runs have joined them."""
        before = len(self.paths)
        for plan in self._ids:
            try:
                state = plan_state.read(self._home, plan)
            except WorkcellError:
                self._states.pop(plan, None)  # it was removed meanwhile
                continue
            self._states[plan], self._verdicts[plan] = state, state.verdict()
            made = [find.path_of(self._home, run) for run in _runs(state) if run not in self._around]
            self.paths += [path for path in made if path not in self.paths]
        return len(self.paths) > before

    def wait(
        self,
        wanted: str,
        timeout: float | None,
        tick: Callable[[list[Look]], None] | None,
        every: float,
        tell: Callable[[list[PlanStanding]], None],
    ) -> runs_wait.Result:
        """Wait as `wait.wait` does for all runs of the plans, also for those that are still to start."""
        deadline = None if timeout is None else time.monotonic() + timeout

        def round_of(seen: list[Look]) -> None:
            self._bring_on()
            if tick is not None:
                tick(seen)

        found = runs_wait.Result(wanted == runs_wait.ATTENTION, False, [])
        while True:
            if wanted == runs_wait.ATTENTION and self._troubled():
                return runs_wait.Result(True, False, [""] * len(self.paths))
            tell(self.standing())
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            waited = list(self.paths)
            if waited:
                found = runs_wait.wait(waited, wanted, left, round_of, every)
                if found.timed_out or wanted in (runs_wait.ANY, runs_wait.ATTENTION):
                    return found
            if not self.look() and not self._goes_on(waited, wanted):
                return runs_wait.Result(self._met(found, wanted), False, found.states)
            if deadline is not None and time.monotonic() >= deadline:
                return runs_wait.Result(False, True, found.states)
            self._bring_on()
            time.sleep(LOOK)

    def _troubled(self) -> bool:
        return any(self._verdicts[plan].troubles for plan in self._states)

    def _goes_on(self, waited: list[str], wanted: str) -> bool:
        """Whether a run is to be started, or one lives that was not waited for."""
        for plan, state in self._states.items():
            verdict = self._verdicts[plan]
            unknown = [run for run in state.known.live if find.path_of(self._home, run) not in waited]
            mine = [run for run in unknown if run not in self._around]
            if verdict.starts or verdict.crowns or state.open or mine or (verdict.stops and wanted != runs_wait.IDLE):
                return True
        return False

    def _met(self, found: runs_wait.Result, wanted: str) -> bool:
        """Whether all is well: of a plan counts how it stands, not a run that lost a race or was launched anew."""
        if wanted == runs_wait.IDLE:
            return True
        planned = {run for state in self._states.values() for run in _runs(state)}
        others = [state for path, state in zip(self.paths, found.states, strict=True) if _id(path) not in planned]
        return all(word == "passed" for word in (*others, *(self._verdicts[plan].state for plan in self._states)))

    def _bring_on(self) -> None:
        """Have the plans brought on of which the process has died that was to do so."""
        for plan in self._states:
            self._stalled.look(plan)

    def standing(self) -> list[PlanStanding]:
        """How each plan stands, as of the last look."""
        return [
            runs_wait.PlanStanding(plan, state.plan["name"], self._verdicts[plan].state, _counts(self._verdicts[plan]))
            for plan, state in self._states.items()
        ]

    def ended(self) -> list[PlanStanding]:
        """How each plan stands at the end of the wait, with what it needs from a person."""
        needs = {one.plan: one.needs for one in plan_needs.of_home(self._home, list(self._states))}
        return [
            runs_wait.PlanStanding(one.id, one.name, one.state, one.entries, needs.get(one.id))
            for one in self.standing()
        ]


def _id(path: str) -> str:
    return os.path.basename(path)


def _counts(verdict: Verdict) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in verdict.states.values():
        counts[word] = counts.get(word, 0) + 1
    return counts
