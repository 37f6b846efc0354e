"""Reads a line of JSON that is longer than memory should hold: as it comes, with its long texts cut.

What is left is JSON as before, with the same keys and the same short values, so a reader of records reads it as any
other line. A text is cut behind TEXT bytes: more than every text of an event, and every hash, is made of.
"""

from __future__ import annotations

import os
import re

TEXT = 400_000
"""Maximum bytes of a text that are kept."""
KEPT = 4 << 20
"""Maximum bytes that are kept of a line, but for its last text."""
LONGEST = 64 << 20
"""Maximum bytes of a line."""
CHUNK = 256 << 10
"""Bytes that are read of a file at once."""

_HALF_ESCAPE = re.compile(rb"u[0-9a-fA-F]{0,3}\Z")


class LongLine:
    """One line, which is fed piece by piece."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes that were fed."""
        self.ended = False
        """Whether its line feed was seen; it is not one of the bytes."""
        self._out, self._text = bytearray(), bytearray()
        self._inside = False
        self._rest = b""

    @property
    def too_long(self) -> bool:
        """Whether it has more than LONGEST bytes, or would be too long without its long texts."""
        return self.size > LONGEST or len(self._out) > KEPT

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes, up to the end of the line; those behind it."""
        end = data.find(b"\n")
        self.ended = end >= 0
        self._take(data if end < 0 else data[:end])
        return data[end + 1 :] if self.ended else b""

    def close(self) -> bytes | None:
        """What is left of the line; None where it is too long."""
        return None if self.too_long else bytes(self._out + self._text + self._rest)

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        data, at = self._rest + data, 0
        self._rest = b""
        while at < len(data) and not self.too_long:
            if self._inside and data[at:] == b"\\":
                self._rest = b"\\"
                return
            at = self._inner(data, at) if self._inside else self._outer(data, at)

    def _outer(self, data: bytes, at: int) -> int:
        """Take the bytes before the next text; where it begins."""
        quote = data.find(b'"', at)
        stop = len(data) if quote < 0 else quote + 1
        self._out += data[at:stop]
        self._inside = quote >= 0
        return stop

    def _inner(self, data: bytes, at: int) -> int:
        """Take the bytes of a text; where it, or what came of it, ends."""
        stop = _end(data, at)
        self._text += data[at : min(stop, at + max(0, TEXT + 1 - len(self._text)))]
        if data[stop : stop + 1] != b'"':
            return stop
        self._out += _cut(self._text) + b'"'
        self._text.clear()
        self._inside = False
        return stop + 1


def _end(data: bytes, at: int) -> int:
    """Where a text that goes on at `at` ends: its quote, or a backslash whose other half is still to come.

    Escapes of quotes and backslashes are covered in a window that grows, so that short texts cost little and long ones
    are searched as a whole. A pattern would keep a place for each escape, to go back to.
    """
    width = 64
    while at < len(data):
        window = data[at : at + width].replace(b"\\\\", b"..").replace(b'\\"', b"..")
        quote = window.find(b'"')
        if quote >= 0:
            return at + quote
        half = window.endswith(b"\\")
        at += len(window) - half
        if half and at + 1 == len(data):
            return at
        width *= 2
    return at


def _cut(text: bytearray) -> bytes:
    """The first TEXT bytes of a text, without a half of an escape at their end."""
    kept = bytes(text[:TEXT])
    if len(text) <= TEXT:
        return kept
    half = _HALF_ESCAPE.search(kept, TEXT - 4)
    head = kept[: half.start()] if half else kept
    backslashes = len(head) - len(head.rstrip(b"\\"))
    return head[:-1] if backslashes % 2 else kept


def at(fd: int, begin: int, end: int) -> LongLine:
    """The line of a file that begins at `begin`, as far as it goes before `end`; beyond LONGEST it is not read on."""
    line = LongLine()
    while begin < end and not line.ended and line.size <= LONGEST:
        data = os.pread(fd, min(CHUNK, end - begin), begin)
        if not data:
            break
        line.feed(data)
        begin += len(data)
    return line
