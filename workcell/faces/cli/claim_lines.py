"""Claims and waits for claims as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.faces.cli import out

if TYPE_CHECKING:
    from workcell.views import claims


def of(found: claims.Result) -> list[str]:
    """A line for each claim that is in force, and one for each run that waits."""
    lines = claimed(found.claims)
    for wait in found.waiting:
        wanted = ", ".join(path(one) for one in wait.paths)
        lines.append(f"{wait.run} waits for {wanted}, which {' and '.join(map(out.safe, wait.holders))} claims")
    return lines


def claimed(found: list[claims.Claimed]) -> list[str]:
    """A line for each of these claims."""
    lines = []
    for claim in found:
        until = f", until {clock.local(clock.parse(claim.until))}" if claim.until else ""
        why = f", for {out.safe(claim.why)}" if claim.why else ", for an edit" if claim.auto else ""
        since = clock.local(clock.parse(claim.at))
        lines.append(f"{path(claim.path)}: {out.safe(claim.name or claim.run)} since {since}{until}{why}")
    return lines


def path(name: str) -> str:
    """A path of a tree; the whole tree in words."""
    return "the whole tree" if name == "." else out.safe(name)
