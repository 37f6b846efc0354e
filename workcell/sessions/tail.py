"""The last turns of a file of any size, read from its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workcell.agents import long_line
from workcell.sessions.records import Reader
from workcell.sessions.turns import Turns

FIRST = 16 << 10
"""Bytes at the end of the file that are read first; as many more as their turns suggest, whenever these are too few."""
MOST = 16 << 20
"""Maximum bytes that are read back. A turn that is longer is shown from there on."""
FAR = long_line.LONGEST + MOST
"""Maximum bytes that are read back, piece by piece, where a single record is longer than MOST."""

CHUNK = 1 << 18


@dataclass(frozen=True)
class Tail:
    turns: Turns
    """The builder after the last whole line."""
    reader: Reader
    """Holds the beginning of a line that is not whole yet."""
    earlier: bool
    """Whether the file has turns before these."""


def last(
    read: Callable[[int], tuple[bytes, bool]],
    number: int,
    reader: Callable[[], Reader],
    builder: Callable[[int], Turns],
    far: Callable[[int], tuple[Iterable[bytes], bool]] | None = None,
) -> Tail:
    """The last `number` turns.

    `read` gives the last bytes of the file and whether these are all of it; `far` gives them in pieces, where the file
    can be read so.
    """
    size = FIRST
    while True:
        data, everything = read(size)
        pieces, turns = reader(), builder(number)
        start = 0 if everything else data.find(b"\n") + 1 or len(data)
        if start == len(data) and size >= MOST and far is not None:
            del data
            return _far(*far(FAR), pieces, turns)
        for at in range(start, len(data), CHUNK):  # in parts, so that no second copy of all of it is made
            for piece in pieces.read(data[at : at + CHUNK]):
                turns.add(piece)
        del data
        # the first turn of a piece of the file may be the end of one that began before it
        if everything or turns.begun > number or size >= MOST:
            return Tail(turns, pieces, not everything or turns.begun > number)
        size = min(MOST, size * max(2, min(16, 2 * (number + 1) // max(turns.begun, 1))))


def _far(data: Iterable[bytes], everything: bool, reader: Reader, turns: Turns) -> Tail:
    """The turns in the pieces, from the first line that begins in them."""
    begun = everything
    for piece in data:
        if not begun:
            _, end, piece = piece.partition(b"\n")
            begun = bool(end)
        for record in reader.read(piece) if begun else ():
            turns.add(record)
    return Tail(turns, reader, not everything or turns.begun > len(turns.closed()))
