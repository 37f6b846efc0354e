"""The limits of the next attempt of a run: what a person raises, what is left of them, and the refusal beyond them.

Attempts and costs count from the attempt that a person's brief began, as for playbooks (`judgement.limits`); a new
brief begins them anew. The time that one attempt may take is whole for each attempt that a person opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import Refused
from workcell.base.light_dataclass import dataclass
from workcell.judgement import outcome
from workcell.rundir import layout, look, status

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Raised:
    """Limits that a person gives a run anew; None leaves one as it is."""

    wall: float | None = None
    attempts: int | None = None
    cost: float | None = None
    force: bool = False
    """Open this one attempt beyond the limits, and leave them as they are."""


def apply(raised: Raised, limits: schema.Limits) -> schema.Limits:
    """`limits` with what a person raised."""
    changed: schema.Limits = {**limits}
    if raised.wall is not None:
        changed["wall_seconds"] = raised.wall
        changed["wall_total_seconds"] = raised.wall
    if raised.attempts is not None:
        changed["attempts"] = raised.attempts
    if raised.cost is not None:
        changed["cost_usd"] = raised.cost
    return changed


def check(seen: look.Look, raised: Raised) -> None:
    """Raise Refused, with the option that opens it all the same, where a limit of the run is used up."""
    if seen.limits is None or raised.force:
        return
    limits, used = apply(raised, seen.limits), status.attempts_used(seen)
    attempts, cost = limits.get("attempts"), limits.get("cost_usd")
    if attempts and used >= attempts:
        raise Refused(
            f"cannot resume {seen.id}: it has used {used} of {attempts} attempts",
            f"workcell resume {seen.id} --attempts {used + 1}, or give it a new brief with --brief",
        )
    if cost and (spent := _spent(seen)) >= cost:
        raise Refused(
            f"cannot resume {seen.id}: it has spent ${spent:.2f} of ${cost:.2f}",
            f"workcell resume {seen.id} --cost {2 * cost:g}, or give it a new brief with --brief",
        )


def _spent(seen: look.Look) -> float:
    """US dollars that the agent reported since the brief was given."""
    last = status.cost_of(seen, seen.n) if seen.n else None
    if last is None and seen.n:
        from workcell.evidence import verdict

        last = verdict.cost(seen)  # a run that a person ended was not judged
    return status.spent(seen, last, status.first_of_brief(seen))


def seconds(run: str, n: int) -> float:
    """How long an attempt took, less what it waited for a person; 0 if unknown.

    Of one whose end was not seen, the time from its start to when that was found.
    """
    exit: schema.Exit | None = look.read_record(layout.attempt(run, n), layout.EXIT, [], required=False)
    if exit is None:
        return 0.0
    worked = outcome.worked(exit)
    if worked is not None:
        return worked
    start: schema.Start | None = look.read_record(layout.attempt(run, n), layout.START, [], required=False)
    began, ended = start.get("started_at") if start else None, exit.get("ended_at")
    return max(0.0, clock.parse(str(ended)) - clock.parse(str(began))) if began and ended else 0.0


def left(seen: look.Look, limits: schema.Limits, by: schema.AskedBy) -> schema.Limits:
    """The limits of the next attempt: what a playbook opens gets what is left of the run's time, a person all of it."""
    whole = limits.get("wall_total_seconds") or limits.get("wall_seconds")
    if not whole:
        return limits
    if by.get("who") == "person":
        return {**limits, "wall_seconds": whole, "wall_total_seconds": whole}
    used = 0.0
    for n in range(seen.n, 0, -1):
        used += seconds(seen.run, n)
        if look.asker(look.Sealed(seen, n).attempt) == "person":
            break
    return {**limits, "wall_seconds": max(60.0, whole - used), "wall_total_seconds": whole}
