"""agent.times: when each piece of a terminal's log was written, so that it can be played as it was.

One line is the milliseconds since the line before and the bytes of the log that came then. Output that comes within a
tenth of a second of the first is one line, and no timer is kept for that: a line is written when the next one begins.
"""

import os
import time

from workcell.rundir import layout, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.runner.terminal import Terminal

STEP = 0.1
"""Seconds between two lines at least: ten a second at most."""

LONGEST = 12
"""Maximum bytes of a line."""

_MOST = 10 ** (LONGEST - 3) - 1
"""The largest number that fits beside a zero."""

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def since_boot() -> float:
    """Seconds, with the time in which the machine was suspended."""
    return time.clock_gettime(_CLOCK)


class Times:
    """The writer of agent.times in `directory`. Never raises: what the disk refuses is left out.

    Both numbers of a line count from the last line that is on disk, so a line that was left out makes the times
    coarser and nothing else.
    """

    def __init__(self, directory: str, tty: "Terminal", now: "Callable[[], float]" = since_boot) -> None:
        self._tty, self._now = tty, now
        self._size = self._drawn_in = (tty.columns, tty.rows)
        """The size that the file tells last, and the one that the terminal had when output came last."""
        self._before = now()
        self._begun: float | None = None
        """When the piece of output began that has no line yet."""
        self._bytes = 0
        self._earliest = 0.0
        self._lines = 1
        """Lines that the piece before took: the next one lasts a STEP for each."""
        try:
            self._fd: int | None = safe_open.append(os.path.join(directory, layout.AGENT_TIMES), os.O_WRONLY)
        except OSError:
            self._fd = None

    def output(self, size: int, *, room: bool = True) -> None:
        """So many bytes were read from the terminal just now; without `room` on the disk nothing is written."""
        if self._fd is None:
            return
        now = self._now()
        if self._begun is not None and now >= self._earliest and room:
            self._write()
        if self._begun is None:
            self._begun, self._earliest = now, now + STEP * self._lines
        self._bytes += size
        self._drawn_in = (self._tty.columns, self._tty.rows)

    def _write(self) -> None:
        """The line of the piece that is over; two, where one would be too long, and one before it with a new size.

        The whole piece counts as drawn in the size that the terminal had at its end: a program draws everything anew
        when the size changes, and that would be torn where it stood in the old one.
        """
        assert self._begun is not None
        self._lines = 1
        if self._size != self._drawn_in and self._append(b"%dx%d\n" % self._drawn_in):
            self._size = self._drawn_in
            self._lines += 1
        waited = min(max(0, round((self._begun - self._before) * 1000)), _MOST)
        size = min(self._bytes, _MOST)
        line = b"%d %d\n" % (waited, size)
        if len(line) > LONGEST:
            line = b"%d 0\n0 %d\n" % (waited, size)
            self._lines += 1
        if self._append(line):
            self._before += waited / 1000
            self._bytes -= size
        self._begun = None

    def _append(self, data: bytes) -> bool:
        """Whether all of it is in the file; on a full disk none of it is, and the log has the room."""
        assert self._fd is not None
        try:
            written = os.write(self._fd, data)
            if written < len(data):
                os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
        except OSError:
            return False
        return written == len(data)

    def close(self, dropped: int = 0) -> None:
        """The last line; `dropped` bytes of the output are not in the log."""
        if self._fd is None:
            return
        if self._begun is not None:
            self._bytes = max(0, self._bytes - dropped)
            self._write()
        os.close(self._fd)
        self._fd = None
