"""What the agent wrote, on its way into the log: kept while the disk takes nothing, compressed part by part."""

import os
import time

from workcell.base import platform
from workcell.base.light import signal
from workcell.rundir import layout, locks, log_segments
from workcell.runner import log

FULL_DISK = 0.2
"""Seconds between two tries to write to a full disk; the agent waits meanwhile and nothing is dropped."""


class Keeper:
    """The log of one attempt and what is not in it yet. The working directory is the run.

    full.lock is held while anything waits for room: it is made here, while there is room, and to hold it needs none.
    """

    def __init__(self, writer: log.Log, directory: str) -> None:
        self._writer, self._directory = writer, directory
        self.waiting = b""
        """Bytes that the log has not taken."""
        self.retry_at: float | None = None
        """When (monotonic) to try again; None while nothing waits."""
        self.compressor = 0
        self._full: int | None = None
        os.close(os.open(layout.FULL_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def keep(self, data: bytes = b"") -> None:
        """Append `data` behind what waits, as much as the disk takes."""
        self.waiting += data
        done = self._writer.write(self.waiting)
        self.waiting = self.waiting[done:]
        self.retry_at = time.monotonic() + FULL_DISK if self.waiting else None
        self._say_full()
        if self._writer.waiting and not self.compressor:
            self._compress()

    def _say_full(self) -> None:
        if self.waiting and self._full is None:
            try:
                self._full = locks.take(layout.FULL_LOCK, 0)
            except OSError:
                pass  # no descriptor to be had: tried again with the next write
        elif not self.waiting and self._full is not None:
            os.close(self._full)
            self._full = None

    @property
    def dropped(self) -> int:
        """Bytes that are in no file, since a limit on the size of files leaves no room for any."""
        return self._writer.dropped

    def tail(self, size: int) -> bytes:
        """The last `size` bytes of the log, as `Log.tail`."""
        return self._writer.tail(size)

    def reaped(self, pid: int) -> None:
        """The child `pid` has ended: if it was the compressor, the next part is its turn."""
        if pid == self.compressor:
            self.compressor = 0
            self._writer.waiting.pop(0)
            if self._writer.waiting:
                self._compress()

    def _compress(self) -> None:
        number = self._writer.waiting[0]
        try:
            pid = os.fork()
        except OSError:
            return  # no process to be had: tried again with the next output, and finish does what is left
        if pid:
            self.compressor = pid
            return
        try:
            platform.close_from(3)  # the locks of the run first of all
            _yield_to_all()
            log_segments.compress(self._directory, log_segments.part(number))
        finally:
            os._exit(0)

    def close(self) -> None:
        """End the compressor: a part that is not compressed yet stays as it is, and finish does it."""
        if self.compressor:
            os.kill(self.compressor, signal.SIGKILL)
        if self._full is not None:
            os.close(self._full)
            self._full = None

    def wait_for_compressor(self) -> None:
        """Wait until the compressor is gone that was ended: on a busy machine a process that yields to all takes long
        to die, and the end of the agent is not written down later for it.
        """
        if self.compressor:
            os.waitpid(self.compressor, 0)
            self.compressor = 0


def _yield_to_all() -> None:
    """Run only on processors that nothing else wants: under a flood, agent and runner wake each other all the time."""
    os.nice(19)
    if hasattr(os, "SCHED_IDLE"):
        try:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        except OSError:
            pass
