"""The last notes on a run, of those in the newest part of its events."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from workcell.base import json_codec
from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout, safe_open

EVENT: Final = "annotation"
"""The type of their events."""

MOST = 3
"""Maximum number of notes that are shown."""

NEWEST = 1 << 20
"""Bytes at the end of events.jsonl in which notes are looked for: a journal may have grown for days."""


@dataclass(frozen=True)
class Note:
    at: str
    """When it was made."""
    by: str
    """`person`, or `run:<run>/<attempt>`."""
    attempt: int | None
    text: str


def last(run: str, cleaner: Cleaner) -> list[Note]:
    """The last notes, oldest first, cleaned."""
    data = safe_open.tail(os.path.join(run, layout.EVENTS), NEWEST) or b""
    found: list[Note] = []
    for line in reversed(data.split(b"\n")):
        if len(found) == MOST:
            break
        if b'"annotation"' in line and (note := _note(line, cleaner)) is not None:
            found.append(note)
    return found[::-1]


def _note(line: bytes, cleaner: Cleaner) -> Note | None:
    """The note in a line of the journal; None for another event, and for a line that is none."""
    try:
        event = json_codec.decode(line)
    except ValueError:
        return None
    text, n = event.get("text"), event.get("attempt")
    if event.get("type") != EVENT or "ref" in event or not isinstance(text, str):  # with a ref it is an agent's
        return None
    at, by = str(event.get("time") or event.get("at")), str(event.get("by"))
    return Note(at, cleaner.mask(by), n if isinstance(n, int) else None, cleaner.mask(text))
