"""Plans that could go, and what of runs stays because a plan needs it."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable

from workcell.base import clock, probe
from workcell.base.errors import WorkcellError
from workcell.rundir import find, layout, locks, plans
from workcell.upkeep.gc_items import Item, size, young
from workcell.views import plan_state, plan_takes

KIND = "plan"


def listed(home: str, older_than: float, now: float, items: Iterable[Item]) -> list[Item]:
    """Plans that are over since `older_than` seconds, and what the making or removal of one left.

    `items` are the runs of the same look: a plan goes after the last run of it.
    """
    goes = {os.path.basename(item.path) for item in items if item.kind == "run" and item.can}
    found = _staged(home)
    for plan in plans.ids_of(home):
        try:
            item = _item(home, plan_state.read(home, plan), now, older_than, goes)
        except (WorkcellError, OSError) as error:
            path = plans.directory(home, plan)
            item = Item(KIND, path, size(path), False, [f"it cannot be read: {error}"], cure="workcell fsck")
            if not plans.held(home, plan) and not os.path.lexists(os.path.join(path, plans.PLAN)):
                item.cure = f"rm -r {shlex.quote(path)}"
        found += [item] if item is not None else []
    return found


def _item(home: str, state: plan_state.State, now: float, older_than: float, goes: set[str]) -> Item | None:
    """The proposal for one plan; None for one that is young, or that goes on by itself."""
    age = now - _last(home, state)
    verdict = state.verdict()
    if age < older_than or verdict.state == "running":
        return None
    path = plans.directory(home, state.id)
    if not verdict.over:
        return Item(KIND, path, size(path), False, ["it needs a person"], cure=f"workcell plan stop {state.id}")
    stay = [run for run in _there(home, state) if run not in goes]
    if stay:
        words = f"{stay[0]} is a run of it" + (f", and {len(stay) - 1} more" if len(stay) > 1 else "")
        return Item(KIND, path, size(path), False, [words], cure=f"workcell rm {' '.join(stay)}")
    return Item(KIND, path, size(path), True, [f"{verdict.state}, over for {clock.span(max(0.0, age))}"])


def _there(home: str, state: plan_state.State) -> list[str]:
    runs = (line.get("run", "") for line in state.lines if line["act"] == "launch")
    return [run for run in runs if run and os.path.isdir(find.path_of(home, run))]


def _last(home: str, state: plan_state.State) -> float:
    """When the last thing happened that is on record of the plan, in seconds since the epoch."""
    stopped = plans.stopped(home, state.id)
    stamps = [state.plan["at"], *(line["at"] for line in state.lines), *([stopped["at"]] if stopped else ())]
    found = 0.0
    for stamp in stamps:
        try:
            found = max(found, clock.parse(stamp))
        except ValueError:
            continue
    return found


def _staged(home: str) -> list[Item]:
    """Plans that were never made, and those whose removal was cut short: a free lock says that no process is at it."""
    folder = os.path.join(home, layout.PLANS)
    found = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if not name.startswith(layout.STAGED):
            continue
        lock = os.path.join(path, plans.LOCK)
        held = locks.held(lock) if os.path.exists(lock) or not young(path) else probe.YES
        words = {probe.NO: "no process is making or removing it", probe.YES: "a process is at it now"}
        found.append(Item(KIND, path, size(path), held == probe.NO, [words.get(held, "its lock could not be asked")]))
    return found


def hold_back(home: str, items: Iterable[Item]) -> None:
    """Let the runs stay, with their trees, that a plan which is not over still needs."""
    needed = plan_takes.of_home(home)
    for item in items if needed else ():
        name = os.path.basename(item.path)
        if item.kind in ("run", "worktree") and name in needed:
            taken = needed[name]
            item.can, item.why, item.cure = False, [taken.why], f"workcell plan stop {taken.plan}"


def remove(home: str, item: Item) -> None:
    """Remove a plan that is still over and without a run, under its lock; renamed first, as a run is."""
    name = os.path.basename(item.path)
    lock = locks.take(os.path.join(item.path, plans.LOCK), 0.0)
    if lock is None:
        item.done = "left: a process is at it"
        return
    try:
        away = item.path
        if not name.startswith(layout.STAGED):
            state = plan_state.read(home, name)
            if not state.verdict().over or plans.changed(home, name) or _there(home, state):
                item.done = "left: it is not over any more, or a run of it is there"
                return
            away = os.path.join(os.path.dirname(item.path), f"{layout.STAGED}gone-{name}")
            if os.path.isdir(away):
                shutil.rmtree(away)
            os.rename(item.path, away)
        shutil.rmtree(away)
        item.done = "removed"
    finally:
        os.close(lock)
