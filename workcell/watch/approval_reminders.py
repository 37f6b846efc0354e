"""Tells a person again of an approval that has waited for ten minutes; where three or more runs wait, in one notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.channels import post
from workcell.evidence import activity, dialog
from workcell.rundir import hint, look

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.watch import observe

AGAIN = 600.0
"""Seconds for which an approval waits before it is told again, once."""
MANY = 3
"""Number of waiting runs from which on they are told in one notice."""


def asking(running: Iterable[look.Look]) -> list[tuple[look.Look, schema.Hint]]:
    """The runs whose agent waits for an approval as far as their hints say."""
    heard = ((seen, hint.read(seen)) for seen in running)
    return [(seen, one) for seen, one in heard if one is not None and one["state"] == "approval"]


def remind(
    home: str, waiting: Sequence[tuple[look.Look, schema.Hint]], memory: observe.Memory, held: Iterable[str]
) -> list[str]:
    """Post what is due, and remember it; what was told, in words. A hint is only believed once the run is judged."""
    late = [(seen, one) for seen, one in waiting if seen.id not in held and _late(one, memory.now.wall)]
    due = [(seen, one) for seen, one in late if memory.of_run(seen).get("reminded") != one["since"]]
    due = [(seen, one) for seen, one in due if _still(seen)]
    if not due:
        return []
    if len(late) >= MANY:
        told = _tell_all(home, [seen for seen, _ in late], max(one["since"] for _, one in due))
    else:
        told = all([_tell(seen, one, memory.now.wall) for seen, one in due])
    if not told:
        return []  # the disk refused: the next tick posts it
    for seen, one in due:
        memory.of_run(seen)["reminded"] = one["since"]
    return [f"{seen.id}: told again that it waits for an approval" for seen, _ in due]


def _late(one: schema.Hint, now: float) -> bool:
    try:
        return now - clock.parse(one["since"]) >= AGAIN
    except ValueError:
        return False


def _still(seen: look.Look) -> bool:
    doing = activity.of(seen)
    return doing is not None and doing["state"] == "approval"


def _tell(seen: look.Look, one: schema.Hint, now: float) -> bool:
    facts: schema.NoticeFacts = {
        "why": f"it has waited for {clock.span(now - clock.parse(one['since']))} for a yes or no",
        "objective": seen.objective or "",
        "asks": dialog.asked(seen) or "",
        "command": f"workcell answer {seen.id}",
        "reply": f"workcell approve {seen.id}",
    }
    return post.about_run(seen, "prompt", facts, f"again {one['since']}")


def _tell_all(home: str, late: Sequence[look.Look], since: str) -> bool:
    runs = ", ".join(seen.id for seen in late)
    why = f"{len(late)} runs wait for a yes or no: {runs}"
    return post.about_home(home, "approvals", "prompt", why, f"{since} {runs}", "workcell approvals")
