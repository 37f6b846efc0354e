"""Bringing a plan on: under its lock, everything that can be started is started, and what lost a race is stopped.

Invariants:
- One process at a time brings a plan on: the one that holds its lock. One that finds the lock held leaves word and
  goes: the holder looks for that word after it has given the lock back.
- A launch is on record, with the id of its run, before the run is made. The next
  process finds the run of that id, or makes it.
- What is done next is worked out anew after each act, from the record and the runs alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from workcell.base.errors import InputOutput, TryAgain, WorkcellError
from workcell.judgement.plan_order import Crown, Start
from workcell.rundir import find, ledger, plans
from workcell.together import plan_notices
from workcell.views import plan_state
from workcell.views.plan_state import State

if TYPE_CHECKING:
    from workcell.judgement.plan_order import Verdict
    from workcell.rundir.schema.plans import PlanAction
    from workcell.together.plan_start import Prepared

GRACE = 10.0
"""Seconds that the agent of a run which lost a race may take to end."""

ROUNDS = 10_000
"""Maximum number of acts before the lock is given back."""


class Hands(Protocol):
    """What starts and stops runs for a plan."""

    def prepare(self, state: State, start: Start) -> Prepared | None: ...

    def create(self, prepared: Prepared, run: str) -> list[str]: ...

    def go_on(self, state: State, run: str) -> None: ...

    def stop(self, home: str, runs: list[str], by: str, grace: float) -> None: ...


def advance(home: str, plan: str, hands: Hands, patience: float = 0.0) -> bool:
    """Bring the plan on as far as it comes; False where another process does so, or will see what has changed.

    Raises what reading the plan raises, and InputOutput where the disk refuses: nothing was begun then that is not on
    record.
    """
    try:
        plans.note_change(home, plan)
        done = False
        while plans.changed(home, plan):
            lock = plans.take(home, plan, patience)
            if lock is None:
                return done
            try:
                advance_locked(home, plan, hands)
            finally:
                os.close(lock)
            done = True
        return done
    except FileNotFoundError as error:
        raise TryAgain(f"the plan {plan} was removed meanwhile", "workcell plan ls") from error
    except OSError as error:
        raise InputOutput(f"the plan {plan} cannot be written: {error.strerror}", "free some disk space") from error


def advance_locked(home: str, plan: str, hands: Hands) -> None:
    """The same, for the holder of the lock."""
    waits: set[tuple[str, str]] = set()
    stopped: set[str] = set()
    plans.take_change(home, plan)
    for _ in range(ROUNDS):
        state = plan_state.read(home, plan)
        _write_ends(state)
        _answer_open_launches(state, hands)
        verdict = state.verdict()
        if verdict.crowns:
            _seal_winner(state, verdict.crowns[0])
            continue
        start = next((one for one in verdict.starts if (one.entry, one.lane) not in waits), None)
        if start is not None:
            if not _start(state, start, hands):
                waits.add((start.entry, start.lane))
            continue
        losers = [run for run in verdict.stops if run not in stopped]
        if losers:
            stopped.update(losers)
            hands.stop(home, losers, *_stopper(state))
            continue
        _conclude(state, verdict)
        return


def note_ends(home: str, plan: str, patience: float) -> bool:
    """Put the ends of its runs on record, and start nothing; False where another process kept the lock so long.

    Raises what `advance` raises.
    """
    try:
        lock = plans.take(home, plan, patience)
        if lock is None:
            return False
        try:
            _write_ends(plan_state.read(home, plan))
        finally:
            os.close(lock)
    except FileNotFoundError:
        return True  # the plan was removed meanwhile
    except OSError as error:
        raise InputOutput(f"the plan {plan} cannot be written: {error.strerror}", "free some disk space") from error
    return True


def _write_ends(state: State) -> None:
    """Put the ends on record that are seen for the first time: they outlive the runs."""
    for line in state.ends:
        plans.append(state.home, state.id, state.lines, line)
    state.ends = []


def _answer_open_launches(state: State, hands: Hands) -> None:
    """Find out what came of launches that were cut short."""
    for lane, line in list(state.open.items()):
        run = line.get("run", "")
        path = find.path_of(state.home, run)
        if os.path.isdir(path):
            hands.go_on(state, run)
            _answer(state, line["n"], "launched", "it was found")
        elif ledger.exists(path):
            # its id is taken, and no run has it: the next launch has another one
            _answer(state, line["n"], "void", "it was cut short")
        else:
            continue
        del state.open[lane]


def _answer(state: State, number: int, word: str, why: str | None = None) -> None:
    line: PlanAction = {"n": 0, "at": "", "act": "result", "of": number, "why": why}
    line["state"] = "launched" if word == "launched" else "void"
    plans.append(state.home, state.id, state.lines, line)


def _seal_winner(state: State, crown: Crown) -> None:
    plans.seal_winner(state.home, state.id, crown.entry, crown.lane, crown.run)


def _start(state: State, start: Start, hands: Hands) -> bool:
    """Launch one run; False where its tree is in use, and it is tried again later."""
    try:
        prepared = hands.prepare(state, start)
    except WorkcellError as error:
        _block(state, start, error)
        return True
    if prepared is None:
        return False
    begun = state.open.get((start.entry, start.lane))
    if begun is None:
        begun = _intend(state, start, prepared.run)
    run = begun.get("run", "")
    try:
        notes = hands.create(prepared, run)
    except TryAgain as error:
        _answer(state, begun["n"], "void", error.message)
        return False
    except WorkcellError as error:
        _answer(state, begun["n"], "void", error.message)
        _block(state, start, error)
        return True
    _answer(state, begun["n"], "launched", "; ".join(notes) or None)
    return True


def _intend(state: State, start: Start, run: str) -> PlanAction:
    line: PlanAction = {
        "n": 0,
        "at": "",
        "act": "launch",
        "entry": start.entry,
        "lane": start.lane,
        "run": run,
        "cost_usd": start.cost,
    }
    plans.append(state.home, state.id, state.lines, line)
    return line


def _block(state: State, start: Start, error: WorkcellError) -> None:
    """Put on record that an entry cannot be launched: a person is asked, and nothing tries again by itself."""
    line: PlanAction = {
        "n": 0,
        "at": "",
        "act": "blocked",
        "entry": start.entry,
        "lane": start.lane,
        "why": error.message,
        "hint": error.hint,
        "files": list(getattr(error, "files", ())),
    }
    plans.append(state.home, state.id, state.lines, line)


def _stopper(state: State) -> tuple[str, float]:
    """Who stops runs, and the seconds that agents may take to end; losers of a race are stopped by the plan."""
    asked = plans.stopped(state.home, state.id)
    return (f"plan:{state.id}", GRACE) if asked is None else (asked["by"], asked["grace_seconds"])


def _conclude(state: State, verdict: Verdict) -> None:
    """Tell a person of the end, or of what is needed, and let ticks leave alone what is over."""
    plan_notices.post(state, verdict)
    plans.mark(state.home, state.id, verdict.over)
