"""A run that is launched inside another run: its limits and grants are at most those of its parent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workcell.launch import plan
from workcell.launch.options import COMMAND_LINE
from workcell.rundir import look
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.rundir import schema


def narrow(made: plan.Plan, who: access.Caller) -> None:
    """Bring the plan within the limits and grants of the run that it is made in; a plan made outside stays as it is.

    A limit or grant that is cut is told in `made.notes`. Raises Refused when the brief itself asks for more than the
    parent has, unless the parent was granted `launch`.
    """
    if not who.inside:
        return
    lost = [name for name in made.may if name not in who.may]
    if lost:
        made.may = [name for name in made.may if name in who.may]
        made.notes.append(f"not granted, since {who.id} does not have it: {', '.join(lost)}")
    if "launch" in who.may:
        return
    limits = limits_of(who.runs[0])
    if limits is None:
        raise access.refusal(who, "launch", f"the limits of {who.id} cannot be read")
    narrowed: Any = dict(made.limits)
    for key, bound in limits.items():
        name = key.removesuffix("_seconds").removesuffix("_usd").removesuffix("_bytes")
        mine = narrowed[key]
        if mine is not None and mine <= bound:
            continue
        said = made.origins.get(f"limits.{name}")
        if mine is not None and said in (made.brief.path, COMMAND_LINE):
            raise access.refusal(who, "launch", f"limits.{name} of {said} is above that of the run around it")
        narrowed[key] = bound
        made.origins[f"limits.{name}"] = f"run {who.id}"
    made.limits = narrowed


def limits_of(run: str) -> dict[str, float] | None:
    """The limits of the run's current attempt that cap its children; a key is absent where it has no limit.

    None when the attempt's record cannot be read, or is not the one that was sealed.
    """
    attempt = look.at(run).attempt
    if attempt is None:
        return None
    limits = attempt.get("limits")
    if limits is None:
        return {}
    # the idle limit caps nothing: it only ends a silent agent sooner
    caps = {
        "wall_seconds": limits.get("wall_total_seconds") or limits.get("wall_seconds"),
        "person_seconds": limits.get("person_seconds"),
        "attempts": limits.get("attempts"),
        "verify_seconds": limits.get("verify_seconds"),
        "cost_usd": limits.get("cost_usd"),
        "memory_bytes": limits.get("memory_bytes"),
        "processes": limits.get("processes"),
    }
    return {key: value for key, value in caps.items() if isinstance(value, int | float)}


def parent(who: access.Caller) -> schema.Parent | None:
    """`parent` of launch.json for a run that this caller launches; None from outside."""
    return who.named() if who.inside else None
