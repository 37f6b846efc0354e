"""Searches one file of records for words: the bytes first, and only the records of the lines that may hold them.

Memory is bounded: CHUNK bytes at once, or one line, whose long texts are cut where it has more than `jsonl.MAX_LINE`
bytes; the places of the last MOST_LINES lines. The file may grow, be cut
or be replaced meanwhile: what could be read counts.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workcell.agents import jsonl, long_line
from workcell.agents.events import Event, Memory, Where
from workcell.agents.protocol import Agent
from workcell.rundir import safe_open
from workcell.sessions.search_words import Words

if TYPE_CHECKING:
    from workcell.rundir.schema import FoundIn

CHUNK = 1 << 20
MOST_LINES = 5000
"""Maximum number of lines of a file that may hold the words and are looked at, the last ones."""


class Found(NamedTuple):
    """One text that has all the words."""

    kind: FoundIn
    event: Event
    excerpt: str


def search(agent: Agent, path: str, words: Words) -> Iterator[Found]:
    """The texts in the file that have all the words, the last one first. Nothing where the file cannot be read."""
    fd = safe_open.reader(path)
    if fd is None:
        return
    try:
        places = collections.deque(_lines(fd, words), maxlen=MOST_LINES)
        while places:
            begin, length = places.pop()
            where = Where(agent=agent.name, file=os.path.basename(path), offset=begin, whole=True)
            yield from reversed(list(_texts(agent, _line(fd, begin, length), where, words)))
    finally:
        os.close(fd)


def _lines(fd: int, words: Words) -> Iterator[tuple[int, int]]:
    """(begin, length) of each line that may hold the words."""
    begin, rest = 0, b""
    while data := os.pread(fd, CHUNK, begin + len(rest)):
        data = rest + data
        end = data.rfind(b"\n") + 1
        yield from _in_block(data[:end], begin, words)
        begin, rest = begin + end, data[end:]
        if len(rest) > jsonl.MAX_LINE:
            length, may_hold = _long(fd, begin, words)
            if may_hold:
                yield begin, length
            begin, rest = begin + length, b""
    if rest and words.may_hold(rest.lower()):
        yield begin, len(rest)


def _long(fd: int, begin: int, words: Words) -> tuple[int, bool]:
    """(bytes of the line that begins there, its end included; whether it may hold the words)."""
    pieces, at = words.in_pieces(), begin
    while data := os.pread(fd, CHUNK, at):
        end = data.find(b"\n") + 1
        pieces.add(data[: end or len(data)].lower())
        at += end or len(data)
        if end:
            break
    return at - begin, pieces.may_hold


def _in_block(block: bytes, begin: int, words: Words) -> Iterator[tuple[int, int]]:
    """The same of whole lines that begin at `begin` of the file."""
    low = block.lower()
    at = words.next_in(low, 0)
    while at >= 0:
        first = low.rfind(b"\n", 0, at) + 1
        last = low.find(b"\n", at)
        last = len(low) if last < 0 else last
        if words.may_hold(low[first:last]):
            yield begin + first, last - first
        at = words.next_in(low, last + 1)


class _Line(NamedTuple):
    data: bytes
    record_bytes: int | None
    """Bytes of one whose long texts were cut."""


def _line(fd: int, begin: int, length: int) -> _Line:
    if length <= jsonl.MAX_LINE:
        return _Line(os.pread(fd, length, begin), None)
    long = long_line.at(fd, begin, begin + length)
    return _Line(long.close() or b"", long.size)


def _texts(agent: Agent, line: _Line, where: Where, words: Words) -> Iterator[Found]:
    memory: Memory = {}
    for part, record in enumerate(jsonl.parse(line.data) or ()):
        where = replace(where, part=part, record_bytes=line.record_bytes)
        try:
            events = agent.read(record, memory, where)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            continue
        for event in events:
            kind = _kind(event)
            excerpt = words.excerpt(event["text"]) if kind is not None else None
            if kind is not None and excerpt is not None:
                yield Found(kind, event, excerpt)


def _kind(event: Event) -> FoundIn | None:
    """Where the text of an event is searched for; None for one that is not searched."""
    if event["type"] == "tool.result":
        return "error" if event["data"].get("failed") else None
    return _KINDS.get(event["type"])


_KINDS: dict[str, FoundIn] = {
    "user.prompt": "prompt",
    "assistant.message": "answer",
    "tool.call": "command",
    "error": "error",
}
