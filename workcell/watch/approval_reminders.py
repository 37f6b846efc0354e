"""Tells a person again of an approval that has waited for ten minutes; where three or more runs wait, in one notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workcell.approvals import pending
from workcell.base import clock
from workcell.channels import post
from workcell.evidence import activity, dialog
from workcell.rundir import deferred, hint, look

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.watch import observe

AGAIN = 600.0
"""Seconds for which an approval waits before it is told again, once."""
MANY = 3
"""Number of waiting runs from which on they are told in one notice."""


class Waiting(NamedTuple):
    """A run that waits for a yes or no, as far as its hint or its next.json says."""

    seen: look.Look
    since: str
    call: schema.DeferredCall | None = None
    """The call, where no process waits any more."""


def asking(running: Iterable[look.Look]) -> list[Waiting]:
    """The runs whose agent waits for an approval as far as their hints say."""
    heard = ((seen, hint.read(seen)) for seen in running)
    return [Waiting(seen, one["since"]) for seen, one in heard if one is not None and one["state"] == "approval"]


def left_open(scheduled: Iterable[look.Look]) -> list[Waiting]:
    """The runs that wait for an approval without any process."""
    calls = ((seen, deferred.undecided(seen)) for seen in scheduled)
    return [Waiting(seen, call["at"], call) for seen, call in calls if call is not None]


def remind(home: str, waiting: Sequence[Waiting], memory: observe.Memory, held: Iterable[str]) -> list[str]:
    """Post what is due, and remember it; what was told, in words. A hint is only believed once the run is judged."""
    late = [one for one in waiting if one.seen.id not in held and _late(one, memory.now.wall)]
    due = [one for one in late if memory.of_run(one.seen).get("reminded") != one.since and _still(one)]
    if not due:
        return []
    if len(late) >= MANY:
        told = _tell_all(home, [one.seen for one in late], max(one.since for one in due))
    else:
        told = all([_tell(one, memory.now.wall) for one in due])
    if not told:
        return []  # the disk refused: the next tick posts it
    for one in due:
        memory.of_run(one.seen)["reminded"] = one.since
    return [f"{one.seen.id}: told again that it waits for an approval" for one in due]


def _late(one: Waiting, now: float) -> bool:
    try:
        return now - clock.parse(one.since) >= AGAIN
    except ValueError:
        return False


def _still(one: Waiting) -> bool:
    if one.call is not None:
        return True
    doing = activity.of(one.seen)
    return doing is not None and doing["state"] == "approval"


def _tell(one: Waiting, now: float) -> bool:
    seen = one.seen
    facts: schema.NoticeFacts = {
        "why": f"it has waited for {clock.span(now - clock.parse(one.since))} for a yes or no",
        "objective": seen.objective or "",
    }
    if one.call is not None:
        return post.about_call(seen, one.call, facts, f"again {one.since}")
    asks = dialog.asked(seen) or ""
    facts["asks"] = asks
    facts["command"] = f"workcell answer {seen.id}"
    facts["reply"] = f"workcell approve {seen.id}"
    risk = pending.of_words(asks, seen.cwd or "/") if asks else None
    return post.about_run(seen, "prompt", facts, f"again {one.since}", risk=risk)


def _tell_all(home: str, late: Sequence[look.Look], since: str) -> bool:
    runs = ", ".join(seen.id for seen in late)
    why = f"{len(late)} runs wait for a yes or no: {runs}"
    return post.about_home(home, "approvals", "prompt", why, f"{since} {runs}", "workcell approvals")
