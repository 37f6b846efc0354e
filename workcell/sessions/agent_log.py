"""The bytes of an attempt's log: whole, at its end, or as it grows, through all parts into which it rolls."""

import collections
import gzip
import os
import time
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from workcell.rundir import layout, log_segments, look, phase, safe_open

CHUNK = 1 << 16
POLL = 0.1
BYTES_A_LINE = 4000
"""How far the end of a large log is read back for each line wanted; at least ENOUGH."""
ENOUGH = 1 << 22
MOST_UNPACKED = 1 << 30
"""Bytes that are unpacked of one part to find its end. A runner's parts have four million."""


def born(run: str, n: int) -> bool:
    """Whether the run has an attempt of that number."""
    return n <= (layout.current(run) or 0) and os.path.isdir(layout.attempt(run, n))


def _part(directory: str, number: int) -> str | None:
    """The path of part `number` of the log, plain or compressed; None while there is none."""
    plain = os.path.join(directory, log_segments.part(number))
    return next((path for path in (plain, plain + ".gz") if os.path.exists(path)), None)


def _whole(path: str) -> Iterator[bytes]:
    """A finished part; compressed between the look and the opening, it is read where it is now."""
    fd = safe_open.reader(path)
    if fd is None and not path.endswith(".gz"):
        path += ".gz"
        fd = safe_open.reader(path)
    if fd is None:
        return  # no file that workcell wrote
    with open(fd, "rb") as plain, gzip.open(plain, "rb") if path.endswith(".gz") else plain as file:
        try:
            while chunk := file.read(CHUNK):
                yield chunk
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return  # it was read as far as possible; the agent can write there, too


class _Growing:
    """The bytes of a log from its first part on, through rolls that happen while they are read.

    What is open as agent.log is part `number` from the moment at which a part of that number is there: the runner
    renames it. So no name is trusted twice.
    """

    def __init__(self, directory: str, name: str = layout.AGENT_LOG) -> None:
        self._directory, self._name = directory, name
        self._number = 1
        self._file: BinaryIO | None = None

    def read(self) -> Iterator[bytes]:
        """All that is there now and was not read before."""
        while True:
            if self._file is None:
                done = _part(self._directory, self._number) if self._name == layout.AGENT_LOG else None
                if done is not None:
                    yield from _whole(done)
                    self._number += 1
                    continue
                fd = safe_open.reader(os.path.join(self._directory, self._name))
                if fd is None:
                    return
                self._file = open(fd, "rb")
                if self._rolled():
                    self.close()  # it rolled between the look and the opening: what was opened may be a later part
                    continue
            while chunk := self._file.read(CHUNK):
                yield chunk
            if not self._rolled():
                return
            while chunk := self._file.read(CHUNK):  # what was written between the end of file and the roll
                yield chunk
            self.close()
            self._number += 1

    def _rolled(self) -> bool:
        return self._name == layout.AGENT_LOG and _part(self._directory, self._number) is not None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def raw(directory: str, stderr: bool = False) -> Iterator[bytes]:
    """The bytes of an attempt's log, in order."""
    log = _Growing(directory, layout.STDERR_LOG if stderr else layout.AGENT_LOG)
    try:
        yield from log.read()
    finally:
        log.close()


def tail(directory: str, size: int = CHUNK, stderr: bool = False) -> bytes:
    """The last `size` bytes at most of an attempt's log."""
    names = [layout.STDERR_LOG] if stderr else log_segments.parts(directory)
    data = b""
    for name in reversed(names):
        want = size - len(data)
        path = os.path.join(directory, name)
        try:
            if name.endswith(".gz"):
                data = _end(_whole(path), want) + data
            else:
                data = (safe_open.tail(path, want) or b"") + data
        except FileNotFoundError:
            continue
        if len(data) >= size:
            break
    return data[-size:]


def _end(chunks: Iterator[bytes], want: int) -> bytes:
    """The last `want` bytes of the first MOST_UNPACKED of a stream: a small file may unpack to one without an end."""
    data, total = bytearray(), 0
    for chunk in chunks:
        data += chunk
        total += len(chunk)
        if len(data) > 2 * want + CHUNK:
            del data[:-want]
        if total >= MOST_UNPACKED:
            break
    return bytes(data[-want:])


def raw_tail(directory: str, number: int | None, stderr: bool) -> Iterator[bytes]:
    """The bytes of the log, or of its last `number` lines."""
    if number is None:
        yield from raw(directory, stderr)
    elif number:
        lines = tail(directory, max(ENOUGH, number * BYTES_A_LINE), stderr).splitlines(keepends=True)
        yield from lines[-number:]


def follow_raw(run: str, n: int, number: int | None, stderr: bool, *, pauses: bool = False) -> Iterator[bytes]:
    """The bytes of the log until the attempt has ended; with `pauses` an empty chunk whenever nothing is new.

    With `number` only its last lines at first: what came before them is read past, since only that tells where in
    a rolling log one stands.
    """
    directory = layout.attempt(run, n)
    log = _Growing(directory, layout.STDERR_LOG if stderr else layout.AGENT_LOG)
    try:
        if number is not None:
            last: collections.deque[bytes] = collections.deque(log.read(), maxlen=number * BYTES_A_LINE // CHUNK + 2)
            lines = b"".join(last).splitlines(keepends=True)
            yield b"".join(lines[max(0, len(lines) - number) :])
        while True:
            seen = look.at(run)
            over = seen.n != n or seen.phase not in (phase.STARTING, phase.RUNNING, phase.ORPHANED)
            yield from log.read()
            if over:
                return
            if pauses:
                yield b""
            time.sleep(POLL)
    finally:
        log.close()


def names(directory: str) -> list[str]:
    """The files of an attempt's log in the order in which they were written; none where there is no directory."""
    try:
        return log_segments.parts(directory)
    except OSError:
        return []
