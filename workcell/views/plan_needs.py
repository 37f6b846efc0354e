"""The plans that need a person: entries of them cannot be started, and what cures that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workcell.base.errors import WorkcellError
from workcell.judgement import plan_order
from workcell.rundir import plans
from workcell.views import plan_state
from workcell.views.ls import PlanNeed

if TYPE_CHECKING:
    from workcell.rundir import schema

FILES = 5
"""Maximum of files in conflict that are named."""


def of_home(home: str, known: Sequence[str]) -> list[PlanNeed]:
    """What those of the plans `known` need that need anything; a plan that cannot be read needs a look. Looks only."""
    found = []
    for plan in known:
        try:
            need = _of(plan_state.read(home, plan))
        except (WorkcellError, OSError) as error:
            if plan not in plans.ids_of(home):
                continue  # it was removed meanwhile
            need = PlanNeed(
                plan, plan, "blocked", None, {"kind": "look", "command": "workcell fsck", "why": str(error)}
            )
        found += [need] if need is not None else []
    return found


def _of(state: plan_state.State) -> PlanNeed | None:
    verdict = state.verdict()
    if not verdict.troubles:
        return None
    first = next(iter(verdict.troubles))
    need: schema.Needs = {
        "kind": "decide",
        "command": command(state.id, first, verdict.troubles[first]),
        "why": why(first, verdict.troubles[first]),
        "dismiss": f"workcell plan stop {state.id}",
    }
    others = [(name, one) for name, one in verdict.troubles.items() if name != first]
    if others:
        need["options"] = [{"text": why(name, one), "command": command(state.id, name, one)} for name, one in others]
    return PlanNeed(state.id, state.plan["name"], verdict.state, first, need)


def command(plan: str, entry: str, trouble: plan_order.Trouble) -> str:
    """What launches the entry, once its trouble is cured."""
    return f"workcell plan retry {plan} {entry if trouble.budget is None else f'--budget {trouble.budget}'}"


def why(entry: str, trouble: plan_order.Trouble) -> str:
    """Why the entry cannot be started, and what is to be done before it is launched."""
    words = f"{entry}: {trouble.why}"
    if trouble.files:
        more = f" and {len(trouble.files) - FILES} more" if len(trouble.files) > FILES else ""
        words += f" ({', '.join(trouble.files[:FILES])}{more})"
    return f"{words}; first {trouble.hint}" if trouble.hint else words
