"""What each attempt of a run cost by itself, by what its agent reported.

An agent that goes on with the conversation of the attempt before reports the cost of all of it: what was reported
before is taken off, so that nothing is counted twice.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from workcell.rundir import schema


def own(reported: "Iterable[tuple[bool, float | None]]") -> "list[float | None]":
    """US dollars that each attempt cost by itself, oldest first; None where its agent reported none.

    Of each attempt: whether it went on with the conversation of the one before, and what its agent reported. A number
    that became smaller is of another count, and is taken as it is.
    """
    found: list[float | None] = []
    before = 0.0
    for goes_on, cost in reported:
        if not goes_on:
            before = 0.0
        found.append(cost - before if cost is not None and cost >= before else cost)
        before = cost or before
    return found


def goes_on(attempt: "schema.Attempt | None") -> bool:
    """Whether an attempt goes on with the conversation of the one before it."""
    return attempt is not None and bool(attempt.get("native"))
