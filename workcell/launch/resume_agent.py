"""What a person tells the agent of a run anew for its next attempts: its model, and words more on its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base.errors import Refused
from workcell.base.light_dataclass import dataclass
from workcell.launch import attempt as attempts

if TYPE_CHECKING:
    from workcell.texts import recipe as recipes


@dataclass(frozen=True)
class Told:
    """None and empty leave what the run has."""

    model: str | None = None
    args: tuple[str, ...] = ()
    """Words behind those that the run has: most programs take the last one."""


def apply(told: Told, intent: attempts.Carried, chosen: recipes.Recipe) -> attempts.Carried:
    """`intent` with what is told. Refused for a recipe that cannot tell its program of it."""
    values = chosen.values
    if told.model is not None and not values.get("model"):
        raise Refused(
            f"recipe {chosen.name!r} does not say how its program is told of a model",
            "leave --model out, or name another agent with --recipe",
        )
    if told.args and values["steps"]:
        raise Refused(
            f"recipe {chosen.name!r} runs the steps of the brief, and takes no arguments",
            "leave --arg out, or name an agent with --recipe",
        )
    changed: attempts.Carried = {**intent}
    if told.model is not None:
        changed["model"] = told.model
    if told.args:
        changed["args"] = [*(intent.get("args") or []), *told.args]
    return changed
