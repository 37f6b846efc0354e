"""Makes evidence from the title of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workcell.judgement.evidence import item

if TYPE_CHECKING:
    from workcell.rundir import schema

Doing = Literal["working", "resting", "approval"] | None
"""What a title tells of the program: it works, it rests, it waits for an approval; None when it tells none of these."""


def evidence(doing: Doing, title: str, time: str | None = None) -> list[schema.EvidenceItem]:
    """The evidence in a title that tells `doing`; a resting program gives none, as it rests between two steps, too."""
    if doing == "approval":
        return [item("terminal", "approval", 0.8, f"its title says {title!r}", time)]
    if doing == "working":
        return [item("terminal", "working", 0.7, f"its title says {title!r}", time)]
    return []
