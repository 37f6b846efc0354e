"""Whether a run has used up a limit: its attempts, their time and what they cost.

Attempts and cost count since the brief of now was given; attempts also begin anew with a
message to a run on standby. Time counts since a person last started the run. So a person, a playbook and a tick come
to the same numbers, and only `--force` opens an attempt beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict

from workcell.base import clock, counts
from workcell.rundir import costs

if TYPE_CHECKING:
    from workcell.rundir import schema


class Past(TypedDict):
    """An attempt that has ended, in short."""

    n: int
    by_person: bool
    """Whether a person asked for it."""
    how: schema.ExitHow | None
    signal: int | None
    code: int | None
    seconds: float | None
    """How long it took; None where its end was not seen."""
    verify: Sequence[str | int | None] | None
    """(how, code, signal) of verify.json; None without one."""
    tree: str | None
    """Hash of the tree that it left."""
    verdict: str | None
    playbook: str | None
    """The playbook by which the run went on after it."""
    cost_usd: float | None
    """As its agent reported it: of an attempt that goes on with a conversation, the cost of all of that."""
    native: NotRequired[bool]
    """Whether it went on with the conversation of the attempt before it."""
    earlier_brief: NotRequired[bool]
    """Whether it worked on a brief that another one replaced: then it counts for no limit on attempts and cost."""
    deferred: NotRequired[bool]
    """Whether it ended at a call for which a person was to be asked: then it counts for no limit on attempts."""
    woken: NotRequired[bool]
    """Whether a message to a run on standby opened it: attempts and findings over attempts count from there."""


def past_limit(history: Sequence[Past], limits: schema.Limits | None) -> str | None:
    """The limit of the run that its attempts have used up; None when there is room for another one."""
    if limits is None:
        return None
    attempts, most = limits.get("attempts"), limits.get("cost_usd")
    used = attempts_used(history)
    if attempts and used >= attempts:
        return f"{counts.count(used, 'attempt')}, and {attempts} {'is' if attempts == 1 else 'are'} allowed"
    wall = limits.get("wall_total_seconds") or limits.get("wall_seconds")
    took = sum((one.get("seconds") or 0.0) for one in since_person(history))
    if wall and took >= wall:
        return f"the attempts took {clock.span(took)}, and {clock.span(wall)} are allowed"
    cost = spent(history)
    if most and cost >= most:
        return f"the agent reported ${cost:.2f} spent, and ${most:.2f} are allowed"
    return None


def attempts_used(history: Sequence[Past]) -> int:
    """How many attempts count for the limit on them; see `rundir.status.attempts_used`, which counts the same."""
    used = 0
    for one in reversed(history):
        if one.get("earlier_brief"):
            break
        used += not one.get("deferred")
        if one.get("woken"):
            break
    return used


def spent(history: Sequence[Past]) -> float:
    """US dollars that the agent reported for the attempts of the brief of now."""
    own = costs.own((bool(one.get("native")), one.get("cost_usd")) for one in history)
    return sum((cost or 0.0) for one, cost in zip(history, own, strict=True) if not one.get("earlier_brief"))


def since_person(history: Sequence[Past]) -> list[Past]:
    """The attempts from the last one that a person asked for."""
    starts = [index for index, one in enumerate(history) if one.get("by_person")]
    return list(history[starts[-1] :] if starts else history)


def since_start(history: Sequence[Past]) -> list[Past]:
    """The attempts from the last one that a person asked for, or that a message to a run on standby opened."""
    mine = since_person(history)
    woken = [index for index, one in enumerate(mine) if one.get("woken")]
    return mine[woken[-1] :] if woken else mine
