"""The prompt of the turn in which a place of a file stands, found by reading backwards from there.

What is read is bounded, for one file and for all of them together, and only STEP bytes, or one line, are held at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from workcell.agents.events import Event
from workcell.agents.protocol import Agent
from workcell.sessions.records import Piece, PlainLine, Reader

STEP = 1 << 20
"""Bytes that are read at once."""
MOST = 8 << 20
"""Maximum bytes that are read of one file."""
ALL = 64 << 20
"""Maximum bytes that are read of all files."""


class TurnStarts:
    """Finds the starts of turns as long as fewer than ALL bytes were read for them."""

    def __init__(self) -> None:
        self._left = ALL

    def before(self, agent: Agent, fd: int, end: int) -> Event | None:
        """The last prompt before `end`, an offset in bytes; None where another turn ended since, or it is too far."""
        begin, rest = end, b""
        while begin and end - begin < MOST and self._left > 0:
            size = min(STEP, begin)
            begin -= size
            self._left -= size
            data = os.pread(fd, size, begin) + rest
            first = data.find(b"\n") + 1 if begin else 0
            if begin and not first:
                rest = data  # the line began further before
                continue
            rest = data[:first]
            found = last(Reader(agent, "", "transcript").read(data[first:]))
            if found is not None:
                return found if found["type"] == "user.prompt" else None
        return None


def last(pieces: Iterable[Piece]) -> Event | None:
    """The last prompt or end of a turn among the pieces; of sub-agents none counts."""
    found: Event | None = None
    for piece in pieces:
        if isinstance(piece, PlainLine) or piece["data"].get("side"):
            continue
        if piece["type"] in ("user.prompt", "turn.completed"):
            found = piece
    return found
