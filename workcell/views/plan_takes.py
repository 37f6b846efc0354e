"""The runs that a plan which is not over still needs: their work is to be taken, or their end is not on its record."""

from __future__ import annotations

import os
from dataclasses import dataclass

from workcell.base.errors import WorkcellError
from workcell.rundir import plans
from workcell.views import plan_state

OPEN = ("waiting", "running", "blocked")
"""States of an entry of which a run may be started yet."""


@dataclass(frozen=True)
class Taken:
    """Why a run is needed, and by which plan."""

    plan: str
    why: str
    by: str | None = None
    """The entry that takes its work; None where only its end is not on record."""


def of_home(home: str) -> dict[str, Taken]:
    """What is needed of the plans of a home that are not over, by the id of the run. Looks only."""
    found: dict[str, Taken] = {}
    for plan in plans.open_ids(home):
        try:
            found |= of(plan_state.read(home, plan))
        except (WorkcellError, OSError):
            continue  # what it needs could not be asked, and it starts nothing as long as that is so
    return found


def of_plan(home: str, plan: str) -> dict[str, Taken]:
    """The same of one plan; nothing of one that is over, or gone. Raises what `plan_state.read` raises."""
    over = os.path.lexists(os.path.join(plans.directory(home, plan), plans.OVER))
    return {} if over or not os.path.isdir(plans.directory(home, plan)) else of(plan_state.read(home, plan))


def of(state: plan_state.State) -> dict[str, Taken]:
    """The same of a plan that was read."""
    verdict = state.verdict()
    if verdict.over:
        return {}
    why = f"the plan {state.id} has not taken note of its end"
    found = {line.get("run", ""): Taken(state.id, why) for line in state.ends}
    for entry in state.plan["entries"]:
        name = entry["name"]
        if verdict.states[name] not in OPEN or not _to_start(state, name):
            continue
        for source in (entry["base"], *entry["merge"]):
            run = state.newest(source) if source is not None else None
            if run is not None:
                found[run] = Taken(state.id, f"{name!r} of the plan {state.id} starts with its work", name)
    return found


def _to_start(state: plan_state.State, name: str) -> bool:
    """Whether a run of the entry is not started."""
    lanes = plan_state.lanes_of(state.entry(name))
    return any((name, lane) not in state.known.tries for lane in lanes)
