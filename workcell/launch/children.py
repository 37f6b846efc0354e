"""A run that is launched inside another run: its limits and grants are at most those of its parent."""

from __future__ import annotations

from workcell.launch import plan
from workcell.rundir import look
from workcell.trust import access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir import schema

LIMITS = ("wall_seconds", "attempts", "verify_seconds", "cost_usd", "memory_bytes", "processes")
"""Limits that cap what a run may use. The idle limit only ends a silent agent sooner."""


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
    for key, bound in limits.items():
        name = key.removesuffix("_seconds").removesuffix("_usd").removesuffix("_bytes")
        mine = made.limits.get(key)
        if mine is not None and mine <= bound:
            continue
        if mine is not None and made.origins.get(f"limits.{name}") == made.brief.path:
            raise access.refusal(
                who, "launch", f"limits.{name} of {made.brief.path} is above that of the run around it"
            )
        made.limits[key] = bound
        made.origins[f"limits.{name}"] = f"run {who.id}"


def limits_of(run: str) -> dict[str, float] | None:
    """The limits of the run's current attempt that cap its children; a key is absent where it has no limit.

    None when the attempt's record cannot be read, or is not the one that was sealed.
    """
    attempt = look.at(run).attempt
    if attempt is None:
        return None
    found: Json = {**(attempt.get("limits") or {})}
    found["wall_seconds"] = found.get("wall_total_seconds") or found.get("wall_seconds")
    return {key: found[key] for key in LIMITS if isinstance(found.get(key), int | float)}


def parent(who: access.Caller) -> schema.Parent | None:
    """`parent` of launch.json for a run that this caller launches; None from outside."""
    return who.named() if who.inside else None
