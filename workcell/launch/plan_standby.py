"""Whether a run goes on standby after its turns, and what it needs for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base.errors import Refused
from workcell.rundir import heartbeat

if TYPE_CHECKING:
    from workcell.launch.plan import Plan
    from workcell.launch.plan_values import Sources


def wanted(said: Sources) -> bool:
    """Whether command line, launch file or brief ask for it."""
    brief = (said.brief.path, said.brief.values["standby"])
    return bool(said.first("standby", ((said.options.who("standby"), said.options.standby), brief)))


def check(made: Plan, *, preview: bool = False) -> None:
    """Refused where the agent's conversation cannot go on, or no watchdog ticks; a preview has it in the plan's notes.

    A message wakes a run at once, and the watchdog is what wakes one whose message came while that was not possible.
    """
    if not made.standby:
        return
    trouble = _trouble(made)
    if trouble is None:
        return
    if not preview:
        raise trouble
    made.notes.append(f"launch would refuse this here: {trouble.message}")


def _trouble(made: Plan) -> Refused | None:
    said = f"standby ({made.origins['standby']})"
    if not made.recipe.values.get("resume"):
        return Refused(
            f"{said} needs an agent whose conversation can go on, and recipe {made.recipe.name!r} has no 'resume'",
            "choose another recipe, for example --recipe claude, or give this one a 'resume': workcell recipe ls",
        )
    known = heartbeat.Watchdog(made.home)
    if not known.present:
        return Refused(f"{said} needs a watchdog that ticks: {known.trouble}", known.cure)
    return None
