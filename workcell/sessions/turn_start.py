"""The prompt of the turn in which a place of a file stands, found by reading backwards from there.

What is read is bounded, for one file and for all of them together, and only STEP bytes, or one line, are held at once.
A line is decoded only where its bytes may begin or end a turn.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from workcell.agents import jsonl
from workcell.agents.events import Event
from workcell.agents.long_line import LongLine
from workcell.agents.protocol import Agent
from workcell.sessions.records import Piece, PlainLine, Reader

STEP = 1 << 20
"""Bytes that are read at once."""
MOST = 1 << 30
"""Maximum bytes that are read of one file."""
ALL = 2 << 30
"""Maximum bytes that are read of all files."""


class TurnStarts:
    """Finds the starts of turns as long as fewer than ALL bytes were read for them."""

    def __init__(self) -> None:
        self._left = ALL

    def before(self, agent: Agent, fd: int, end: int) -> Event | None:
        """The last prompt before `end`, an offset in bytes; None where another turn ended since, or it is too far."""
        for line in self._lines(fd, end):
            if agent.may_bound_turn is not None and not agent.may_bound_turn(line):
                continue
            found = last(Reader(agent, "", "transcript").read(line + b"\n"))
            if found is not None:
                return found if found["type"] == "user.prompt" else None
        return None

    def _lines(self, fd: int, end: int) -> Iterator[bytes]:
        """The whole lines before `end`, the last one first. The long texts of one of more than `jsonl.MAX_LINE` bytes
        are cut."""
        begin, rest, long_end = end, b"", 0  # what stands of a line whose begin was not read yet, without its end
        while begin and end - begin < MOST and self._left > 0:
            size = min(STEP, begin)
            begin -= size
            self._left -= size
            data = os.pread(fd, size, begin) + rest
            if long_end:
                first = data.rfind(b"\n") + 1
                if begin and not first:
                    continue
                yield _cut(fd, begin + first, long_end)
                data, long_end = data[: max(0, first - 1)], 0
            first = data.find(b"\n") + 1 if begin else 0
            if begin and not first:  # the line began further before
                long_end = begin + len(data) if len(data) > jsonl.MAX_LINE else 0
                rest = b"" if long_end else data
                continue
            yield from reversed(data[first:].split(b"\n"))
            rest = data[: max(0, first - 1)]


def _cut(fd: int, begin: int, end: int) -> bytes:
    """A long line with its long texts cut; empty where it is too long even so."""
    line = LongLine()
    while begin < end and (data := os.pread(fd, min(STEP, end - begin), begin)):
        begin += len(data)
        line.feed(data)
        if line.ended:
            break
    return line.close() or b""


def last(pieces: Iterable[Piece]) -> Event | None:
    """The last prompt or end of a turn among the pieces; of sub-agents none counts."""
    found: Event | None = None
    for piece in pieces:
        if isinstance(piece, PlainLine) or piece["data"].get("side"):
            continue
        if piece["type"] in ("user.prompt", "turn.completed"):
            found = piece
    return found
