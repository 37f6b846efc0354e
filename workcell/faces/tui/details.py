"""The lines beside the list: what the chosen run needs, what it does, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workcell.faces.cli import out, show

Line = tuple[str, str]
"""A label, empty where the line belongs to the one above, and a text."""

NEEDS = "needs you"
"""The label of what waits for a person."""

FIRST = (NEEDS, "waits", "why", "objective")
"""What a person asks first stands first; the rest is in the order of `status`."""


def lines(status: Any, what: Any) -> list[Line]:
    """Label and text of each line, from the results of the operations `status` and `what`."""
    parts = _parts(show.status_lines(status))
    said = [("current", what.now), ("recent", what.recently), ("last prompt", what.asked)]
    heads = [part for label in FIRST for part in parts if part[0][0] == label]
    rest = [part for part in parts if part not in heads]
    told = [[line] for line in said if line[1]]
    return [(label, out.safe(text)) for part in [*heads, *told, *rest] for label, text in part]


def title(status: Any) -> str:
    """State, name and id of the run."""
    word, _ = out.state(status.state)
    named = f"{out.safe(status.name)}  {status.id}" if status.name else str(status.id)
    return f"{word}  {named}"


def _parts(found: Sequence[Line]) -> list[list[Line]]:
    """The lines with those that continue them."""
    parts: list[list[Line]] = []
    for label, text in found:
        if label or not parts:
            parts.append([])
        parts[-1].append((label, text))
    return parts
