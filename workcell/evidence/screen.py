"""The terminal of an attempt as it looks now, from the end of its log."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from typing import TYPE_CHECKING

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


def size(agent: int | None, attempt: schema.Attempt | None) -> tuple[int, int]:
    """(columns, rows) of the terminal: the agent's own while it lives, else what the recipe gave it."""
    given = attempt.get("terminal") if attempt else None
    fallback = (int(given.get("columns") or 200), int(given.get("rows") or 50)) if given else (200, 50)
    if agent is None:
        return fallback
    try:
        fd = os.open(f"/proc/{agent}/fd/0", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return fallback
    try:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return fallback
    finally:
        os.close(fd)
    return (columns, rows) if columns and rows else fallback


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
