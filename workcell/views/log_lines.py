"""The lines of an attempt's log for a person: a conversation of records, what a terminal showed, else the text."""

from __future__ import annotations

import collections
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workcell.cleaning import run_cleaner
from workcell.evidence import screen
from workcell.rundir import layout, look
from workcell.sessions import agent_log
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from workcell.sessions.conversation import Conversation

NOTHING = "(nothing on standard output; this is standard error)"
_FILLING = ("", "~")
"""Rows with which a full-screen program fills what it does not use."""


def whole(seen: look.Look, n: int, number: int | None = None, stderr: bool = False) -> Iterator[str]:
    """The lines of attempt `n`, or its last `number` ones, cleaned."""
    cleaner = run_cleaner.of_run(seen.run)
    size = None if number is None else max(agent_log.ENOUGH, number * agent_log.BYTES_A_LINE)
    lines = cleaner.lines(_lines(seen, n, size, stderr))
    yield from lines if number is None else collections.deque(lines, maxlen=number)


def uncleaned(seen: look.Look, n: int) -> Iterator[str]:
    """The lines of attempt `n` as they are, for a caller that cleans them."""
    yield from _lines(seen, n, None, False)


def _lines(seen: look.Look, n: int, size: int | None, stderr: bool) -> Iterator[str]:
    directory = layout.attempt(seen.run, n)
    talk = None if stderr else _stream(seen, n)
    if talk is not None:
        yield from _told(talk, size)
        return
    if not stderr and _only_stderr(directory):
        yield NOTHING
        stderr = True
    chunks = agent_log.raw(directory, stderr) if size is None else [agent_log.tail(directory, size, stderr)]
    yield from _drawn(seen, n, chunks, stderr)


def _stream(seen: look.Look, n: int) -> Conversation | None:
    """The conversation of an attempt; what reads one is loaded only for an agent that keeps records."""
    attempt = look.record_at(seen, n, layout.ATTEMPT)
    if attempt is None or attempt.get("reader") in (None, "none"):
        return None
    from workcell.sessions import conversation

    return conversation.of_attempt(seen, n, "stream")


def _told(talk: Conversation, size: int | None) -> Iterator[str]:
    reader, lines = talk.reader(), talk.lines()
    chunks: Iterable[bytes] = talk.chunks() if size is None else [_from_a_line(*talk.end(size))]
    said = False
    for chunk in chunks:
        for piece in reader.read(chunk):
            for line in lines.add(piece):
                said = True
                yield line
    for piece in reader.close():
        yield from lines.add(piece)
    yield from lines.close()
    directory = layout.attempt(talk.run, talk.n)
    if not said and _size(directory, layout.STDERR_LOG):
        yield NOTHING
        yield from log_reader.readable(agent_log.raw(directory, True))


def _from_a_line(data: bytes, everything: bool) -> bytes:
    return data if everything else data[data.find(b"\n") + 1 :]


def _drawn(seen: look.Look, n: int, chunks: Iterable[bytes], stderr: bool = False) -> Iterator[str]:
    """What a terminal shows of these bytes; of a program that drew its screen, without the rows that it left empty."""
    attempt = look.record_at(seen, n, layout.ATTEMPT)
    if stderr or attempt is None or attempt.get("io") != "terminal":
        yield from log_reader.readable(chunks)
        return
    columns, rows = screen.sizes(layout.attempt(seen.run, n), attempt).largest
    blank = True
    for line in log_reader.readable(chunks, columns, rows):
        filling = line.strip() in _FILLING
        if not (filling and blank):
            yield "" if filling else line
        blank = filling


def _only_stderr(directory: str) -> bool:
    parts = sum(_size(directory, name) for name in agent_log.names(directory))
    return not parts and bool(_size(directory, layout.STDERR_LOG))


def _size(directory: str, name: str) -> int:
    try:
        return os.lstat(os.path.join(directory, name)).st_size
    except OSError:
        return 0


def follow(seen: look.Look, n: int, number: int | None = None, stderr: bool = False) -> Iterator[str]:
    """Lines until the attempt has ended, each as soon as it is known, cleaned; at first the last `number` ones."""
    cleaner = run_cleaner.of_run(seen.run)
    talk = None if stderr else _stream(seen, n)
    if talk is not None:
        yield from cleaner.lines(_telling(talk, number), at_once=True)
        return
    chunks = agent_log.follow_raw(seen.run, n, number, stderr, pauses=True)
    yield from cleaner.lines(_drawn(seen, n, chunks, stderr), at_once=True)


def _telling(talk: Conversation, number: int | None) -> Iterator[str]:
    reader, lines = talk.reader(), talk.lines()
    held: collections.deque[str] | None = None if number is None else collections.deque(maxlen=number)
    for chunk in talk.chunks(follow=True):
        new = [line for piece in reader.read(chunk) for line in lines.add(piece)]
        if not chunk:
            new = lines.pause()
        if held is None:
            yield from new
            continue
        held.extend(new)
        if not chunk:  # what was there at the beginning has been read
            yield from held
            held = None
    if held is not None:
        yield from held
    yield from (line for piece in reader.close() for line in lines.add(piece))
    yield from lines.close()
