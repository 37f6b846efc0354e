"""Reads the bytes of a file of records as they come, for a person: events with whole texts, and the lines between them.

Invariants:

- Memory is bounded by one line of `jsonl.MAX_LINE` bytes. The long texts of a longer line are cut as it comes; one that
  is too long even so is left out and told as one event.
- A line without its end waits for the rest; what waits at the end of a file was cut off there.
- No record ends the reading: one of an unknown or a broken form becomes an event `raw`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from workcell.agents import jsonl
from workcell.agents.events import Event, Memory, Where, event
from workcell.agents.long_line import LongLine
from workcell.agents.placing import place
from workcell.agents.protocol import Agent
from workcell.terminal.strip_ansi import strip_control

REMEMBERED = 256
"""Ids of the last events, by which a second record of one is known."""
UNREADABLE = "a record that cannot be read"


@dataclass(frozen=True)
class PlainLine:
    """A line between the records that is none: a warning of a program, or the whole output of one without records."""

    text: str


Piece = Event | PlainLine


class Reader:
    """Makes pieces of bytes. `file` is the name of the file that they come from, `kind` transcript or stream."""

    def __init__(self, agent: Agent, file: str, kind: str) -> None:
        self._agent = agent
        self._memory: Memory = {}
        self._rest = b""
        self._long: LongLine | None = None
        self._offset = 0
        self._ids: dict[str, None] = {}
        self._where = Where(agent=agent.name, file=file, offset=0, kind=kind, whole=True)

    def read(self, data: bytes) -> Iterator[Piece]:
        """The pieces of the lines that end in `data`, which follows what was read before."""
        if self._long is not None:
            data = self._long.feed(data)
            if not self._long.ended:
                return
            yield from self._long_line(self._long)
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = b""
        for line in lines:
            yield from self._line(line)
            self._offset += len(line) + 1
        if len(rest) > jsonl.MAX_LINE:
            self._long = LongLine()
            self._long.feed(rest)
        else:
            self._rest = rest

    def close(self) -> Iterator[Piece]:
        """The pieces that are left once no more bytes will come."""
        rest, self._rest = self._rest, b""
        if self._long is not None:
            yield from self._long_line(self._long)
        elif rest.strip():
            yield from self._line(rest)
        yield from place(self._agent.close(self._memory, self._where), self._memory)

    def _long_line(self, line: LongLine) -> Iterator[Piece]:
        self._long = None
        left = line.close()
        if left is None:
            yield self._raw(jsonl.LEFT_OUT)
        else:
            yield from self._records(left, line.size)
        self._offset += line.size + line.ended

    def _line(self, line: bytes) -> Iterator[Piece]:
        if len(line) <= jsonl.MAX_LINE:
            yield from self._records(line, None)
            return
        long = LongLine()
        long.feed(line)
        left = long.close()
        yield from (self._records(left, long.size) if left is not None else [self._raw(jsonl.LEFT_OUT)])

    def _records(self, line: bytes, record_bytes: int | None) -> Iterator[Piece]:
        stripped = line.strip()
        if not stripped:
            return
        records = jsonl.parse(stripped)
        if records is None and stripped[:1] == b"{":
            yield self._raw(UNREADABLE)
        elif records is None:
            drawn = stripped.rsplit(b"\r", 1)[-1]  # a line that was drawn again stands in its last form
            yield PlainLine(strip_control(drawn).decode("utf-8", "replace").rstrip())
        for part, record in enumerate(records or []):
            where = self._where.of_record(self._offset, part, record_bytes)
            before = copy.copy(self._memory)
            try:
                yield from self._new(place(self._agent.read(record, self._memory, where), self._memory))
            except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
                self._memory = before
                yield self._raw(UNREADABLE)

    def _new(self, events: list[Event]) -> list[Event]:
        """Those that were not told just before: a file may hold one message as an item and as a notice."""
        new = [one for one in events if one["id"] not in self._ids]
        self._ids.update(dict.fromkeys(one["id"] for one in new))
        while len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return new

    def _raw(self, words: str) -> Event:
        return event("raw", self._where, f"line:{self._offset}", words, unreadable=True)
