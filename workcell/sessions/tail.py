"""The last turns of a file of any size, read from its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workcell.sessions.records import Reader
from workcell.sessions.turns import Turns

FIRST = 16 << 10
"""Bytes at the end of the file that are read first; as many more as their turns suggest, whenever these are too few."""
MOST = 16 << 20
"""Maximum bytes that are read back. A turn that is longer is shown from there on."""


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
) -> Tail:
    """The last `number` turns. `read` gives the last bytes of the file and whether these are all of it."""
    size = FIRST
    while True:
        data, everything = read(size)
        pieces, turns = reader(), builder(number)
        start = 0 if everything else data.find(b"\n") + 1 or len(data)
        for at in range(start, len(data), CHUNK):  # in parts, so that no second copy of all of it is made
            for piece in pieces.read(data[at : at + CHUNK]):
                turns.add(piece)
        del data
        # the first turn of a piece of the file may be the end of one that began before it
        if everything or turns.begun > number or size >= MOST:
            return Tail(turns, pieces, not everything or turns.begun > number)
        size = min(MOST, size * max(2, min(16, 2 * (number + 1) // max(turns.begun, 1))))
