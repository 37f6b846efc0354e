"""The figures of a notice as short phrases: commits, files, time, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workcell.base import clock, counts

if TYPE_CHECKING:
    from workcell.rundir.schema import NoticeFacts


def of(facts: NoticeFacts) -> list[str]:
    """What the run did, in short phrases; facts that are no numbers are left out."""

    def number(key: str) -> float | None:
        value: Any = facts.get(key)
        ok = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
        return value if ok else None

    parts: list[str] = []
    if (commits := number("commits")) is not None and commits > 0:
        parts.append(counts.count(round(commits), "commit"))
    changed = [number(key) for key in ("files", "added", "removed", "untracked")]
    parts += counts.changed(*(None if found is None else round(found) for found in changed)) or (
        ["no file changed"] if changed[0] is not None and not commits else []
    )
    if (seconds := number("seconds")) is not None:
        parts.append(clock.span(seconds))
    if (cost := number("cost_usd")) is not None:
        parts.append(f"${cost:.2f}")
    if (attempts := number("attempts")) is not None:
        parts.append(counts.count(round(attempts), "attempt"))
    if isinstance(facts.get("branch"), str):
        parts.append(f"branch {facts['branch']}")
    if isinstance(facts.get("due_at"), str):
        parts.append(f"goes on at {_local(facts['due_at'])}")
    return parts


def _local(at: str) -> str:
    """The time as the clock of this machine shows it; as it stands where it is none."""
    try:
        return clock.local(clock.parse(at))
    except ValueError:
        return at
