"""The terminal of an attempt as it looks now, from the end of its log."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

from workcell.rundir import layout, log_segments, safe_open
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from workcell.rundir import schema

TAIL = 256 << 10
"""Bytes of the log that are drawn: both programs write a few KB a minute, and all anew when they change size."""


def tail(directory: str, most: int = TAIL) -> bytes:
    """The last bytes of the log, reaching back into the part before while it is still plain."""
    data = safe_open.tail(os.path.join(directory, layout.AGENT_LOG), most) or b""
    return _parts(directory, most - len(data)) + data if len(data) < most else data


def _parts(directory: str, most: int) -> bytes:
    """The last bytes of the plain parts before the log."""
    data = b""
    for name in reversed(log_segments.parts(directory)):
        if name == layout.AGENT_LOG:
            continue
        if name.endswith(".gz") or len(data) >= most:
            break
        data = (safe_open.tail(os.path.join(directory, name), most - len(data)) or b"") + data
    return data


MOST_CELLS = 1000
"""Maximum columns, and rows, of a terminal that is believed: the agent can write to the file that tells them."""

_SIZE = re.compile(rb"^([0-9]{1,6})x([0-9]{1,6})$", re.MULTILINE)
_BLOCK = 1 << 20


class Sizes(NamedTuple):
    """The sizes that a terminal had, each as (columns, rows)."""

    last: tuple[int, int]
    largest: tuple[int, int]
    """The most columns and the most rows that it had at any time, where all that was drawn fits."""


def sizes(directory: str, attempt: schema.Attempt | None) -> Sizes:
    """The sizes of the terminal of an attempt: what its recipe gave it, and what agent.times tells of changes."""
    given = attempt.get("terminal") if attempt else None
    last = largest = (int(given.get("columns") or 200), int(given.get("rows") or 50)) if given else (200, 50)
    fd = safe_open.reader(os.path.join(directory, layout.AGENT_TIMES))
    if fd is None:
        return Sizes(last, largest)
    rest = b""
    with open(fd, "rb") as file:
        while block := file.read(_BLOCK):
            end = block.rfind(b"\n") + 1
            for columns, rows in _SIZE.findall(rest + block[:end]):
                last = (believed(int(columns)), believed(int(rows)))
                largest = (max(largest[0], last[0]), max(largest[1], last[1]))
            rest = block[end:] if end else b""  # a line has 12 bytes; a block without an end of one is no runner's
    return Sizes(last, largest)


def believed(cells: int) -> int:
    """A number of columns or rows within its bounds."""
    return min(max(cells, 1), MOST_CELLS)


def size(agent: int | None, attempt: schema.Attempt | None, directory: str) -> tuple[int, int]:
    """(columns, rows) of the terminal: the agent's own while it lives, else the last that is on record."""
    if agent is None:
        return sizes(directory, attempt).last
    try:
        fd = os.open(f"/proc/{agent}/fd/0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return sizes(directory, attempt).last
    try:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        rows = columns = 0
    finally:
        os.close(fd)
    return (columns, rows) if columns and rows else sizes(directory, attempt).last


def draw(directory: str, columns: int, rows: int) -> log_reader.Screen:
    """The screen after the end of the log."""
    shown = log_reader.Screen(columns, rows)
    shown.feed(tail(directory))
    return shown


def last_frame(directory: str, columns: int, rows: int) -> list[str]:
    """The last rows that a program which has ended left, its full screen among them."""
    return list(log_reader.readable([tail(directory)], columns, rows))[-rows:]


PASTES_ON = b"\x1b[?2004h"
"""By which a program says that it takes pastes."""


class Follow:
    """A screen that is fed the log as it grows. `cut`: older output was left out at the start."""

    def __init__(self, directory: str, columns: int, rows: int) -> None:
        self._path = os.path.join(directory, layout.AGENT_LOG)
        self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        end = os.fstat(self._fd).st_size
        data = os.pread(self._fd, TAIL, max(0, end - TAIL))[: min(end, TAIL)]
        os.lseek(self._fd, end, os.SEEK_SET)
        if len(data) < TAIL:
            data = _parts(directory, TAIL - len(data)) + data
        self.cut = len(data) >= TAIL or any(name.endswith(".gz") for name in log_segments.parts(directory))
        self.screen = log_reader.Screen(columns, rows)
        if self.cut:
            # a program sets it once, long before; where the tail says otherwise, that is fed after it
            self.screen.feed(PASTES_ON)
        self.screen.feed(data)

    def wait(self, seconds: float) -> bool:
        """Whether something came within so many seconds; it is drawn then."""
        until = time.monotonic() + seconds
        while not self._more():
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
        return True

    def _more(self) -> bool:
        came = False
        while data := os.read(self._fd, 1 << 16):
            self.screen.feed(data)
            came = True
        try:
            rolled = os.stat(self._path).st_ino != os.fstat(self._fd).st_ino
        except OSError:
            rolled = False
        if rolled:
            while data := os.read(self._fd, 1 << 16):
                self.screen.feed(data)
            os.close(self._fd)
            self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            came = True
        return came
