"""The log of a terminal with the times at which it was written, as agent.times tells them.

The agent can write to both files: a line that is none of a runner's ends the times, and no number in it is believed
beyond the bounds below. The log wins: its bytes all come, whatever the times say.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Iterator
from dataclasses import dataclass

from workcell.evidence import screen
from workcell.rundir import layout, safe_open
from workcell.sessions import agent_log

CHUNK = 1 << 16
LONGEST = 12
"""Maximum bytes of a line."""
MOST_SECONDS = 10 * 365 * 86400.0
"""Latest time that is believed, in seconds after the start."""


@dataclass(frozen=True)
class Piece:
    """What the terminal got at one time."""

    at: float
    """Seconds after the attempt was started."""
    size: tuple[int, int] | None
    """Columns and rows that it has from now on; None where they are as before."""
    data: bytes


def exists(directory: str) -> bool:
    """Whether the times of an attempt's log are known."""
    fd = safe_open.reader(os.path.join(directory, layout.AGENT_TIMES))
    if fd is None:
        return False
    os.close(fd)
    return True


def pieces(directory: str) -> Iterator[Piece]:
    """The log of an attempt, piece by piece; what has no time comes at the last one that is known."""
    log = _Bytes(agent_log.raw(directory))
    at, size = 0.0, None
    for line in _lines(directory):
        found = _parsed(line)
        if found is None:
            break
        first, second, resized = found
        if resized:
            size = (screen.believed(first), screen.believed(second))
            continue
        at = min(at + first / 1000, MOST_SECONDS)
        for data in log.take(second):
            yield Piece(at, size, data)
            size = None
    for data in log.take(None):
        yield Piece(at, size, data)
        size = None


def until(directory: str, at: float, most: int) -> tuple[tuple[int, int] | None, list[Piece]]:
    """(the size before them, the last pieces that the terminal got up to that time): some `most` bytes."""
    size: tuple[int, int] | None = None
    held: collections.deque[Piece] = collections.deque()
    total = 0
    for piece in pieces(directory):
        if piece.at > at:
            break
        held.append(piece)
        total += len(piece.data)
        while total - len(held[0].data) >= most:
            gone = held.popleft()
            total -= len(gone.data)
            size = gone.size or size
    return size, list(held)


def _parsed(line: bytes) -> tuple[int, int, bool] | None:
    """(the two numbers of a line, whether they are a size); None for what a runner does not write."""
    for mark in (b" ", b"x"):
        first, found, second = line.partition(mark)
        if found and first.isdigit() and second.isdigit():
            return int(first), int(second), mark == b"x"
    return None


def _lines(directory: str) -> Iterator[bytes]:
    """The whole lines of agent.times, without their ends."""
    fd = safe_open.reader(os.path.join(directory, layout.AGENT_TIMES))
    if fd is None:
        return
    rest = b""
    with open(fd, "rb") as file:
        while chunk := file.read(CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if len(rest) > LONGEST:
                return


class _Bytes:
    """A stream of bytes that is taken by number."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, b""

    def take(self, size: int | None) -> Iterator[bytes]:
        """The next `size` bytes, or as many as there are; all for None."""
        while size is None or size > 0:
            if not self._held:
                self._held = next(self._chunks, b"")
                if not self._held:
                    return
            data = self._held if size is None else self._held[:size]
            self._held = self._held[len(data) :]
            size = None if size is None else size - len(data)
            yield data
