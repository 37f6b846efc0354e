"""logs: what the agent wrote, as bytes or as lines to read, whole, at its end, or as it grows."""

import collections
import gzip
import os
import time
from collections.abc import Iterator

from workcell.base import vt
from workcell.rundir import layout, logparts, look, phase

CHUNK = 1 << 16
POLL = 0.1
BYTES_A_LINE = 4000
"""How far the end of a large log is read back for each line wanted; at least ENOUGH."""
ENOUGH = 1 << 22


def born(run: str, n: int) -> bool:
    """Whether the run has an attempt of that number."""
    return n <= (layout.current(run) or 0) and os.path.isdir(layout.attempt(run, n))


def _files(directory: str, stderr: bool) -> list[str]:
    if stderr:
        return [layout.STDERR_LOG] if os.path.exists(os.path.join(directory, layout.STDERR_LOG)) else []
    return logparts.parts(directory)


def _chunks(directory: str, name: str, offset: int = 0) -> Iterator[bytes]:
    path = os.path.join(directory, name)
    try:
        file = gzip.open(path, "rb") if name.endswith(".gz") else open(path, "rb")
    except FileNotFoundError:
        if not os.path.exists(path + ".gz"):
            return
        file = gzip.open(path + ".gz", "rb")  # it was compressed between the listing and now
    with file:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            yield chunk


def raw(directory: str, stderr: bool = False) -> Iterator[bytes]:
    """The bytes of an attempt's log, in order."""
    for name in _files(directory, stderr):
        yield from _chunks(directory, name)


def tail(directory: str, size: int = CHUNK, stderr: bool = False) -> bytes:
    """The last `size` bytes at most of an attempt's log."""
    data = b""
    for name in reversed(_files(directory, stderr)):
        want = size - len(data)
        if name.endswith(".gz"):
            data = b"".join(_chunks(directory, name))[-want:] + data
        else:
            try:
                with open(os.path.join(directory, name), "rb") as file:
                    end = file.seek(0, os.SEEK_END)
                    file.seek(max(0, end - want))
                    data = file.read() + data
            except FileNotFoundError:
                continue
        if len(data) >= size:
            break
    return data[-size:]


def raw_tail(directory: str, number: int | None, stderr: bool) -> Iterator[bytes]:
    """The bytes of the log, or of its last `number` lines."""
    if number is None:
        yield from raw(directory, stderr)
    elif number:
        lines = tail(directory, max(ENOUGH, number * BYTES_A_LINE), stderr).splitlines(keepends=True)
        yield from lines[-number:]


def readable(directory: str, number: int | None, stderr: bool) -> Iterator[str]:
    """The log as lines to read, or its last `number` lines."""
    if number is None:
        yield from vt.readable(raw(directory, stderr))
        return
    size = max(ENOUGH, number * BYTES_A_LINE)
    yield from collections.deque(vt.readable([tail(directory, size, stderr)]), maxlen=number)


def follow_raw(run: str, n: int, number: int | None, stderr: bool, *, pauses: bool = False) -> Iterator[bytes]:
    """The bytes of the log until the attempt has ended; with `pauses` an empty chunk whenever nothing is new.

    Parts are counted, so that a roll between two looks loses nothing: a part that was finished is read to its
    end before the next one is begun.
    """
    directory = layout.attempt(run, n)
    done = 0
    offset = 0
    if number is not None:
        data = b"".join(raw_tail(directory, number, stderr))
        names = _files(directory, stderr)
        done = max(0, len(names) - 1)
        offset = _size(directory, names[-1]) if names else 0
        if data:
            yield data
    while True:
        seen = look.at(run)
        over = seen.n != n or seen.phase not in (phase.STARTING, phase.RUNNING, phase.ORPHANED)
        names = _files(directory, stderr)
        for name in names[done:]:
            for chunk in _chunks(directory, name, offset):
                offset += len(chunk)
                yield chunk
            if name != names[-1]:
                done += 1
                offset = 0
        if over:
            return
        if pauses:
            yield b""
        time.sleep(POLL)


def _size(directory: str, name: str) -> int:
    try:
        return os.path.getsize(os.path.join(directory, name))
    except OSError:
        return 0


def follow(run: str, n: int, number: int | None, stderr: bool) -> Iterator[str]:
    """Lines to read until the attempt has ended."""
    yield from vt.readable(follow_raw(run, n, number, stderr, pauses=True))
