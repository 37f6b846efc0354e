"""What the agent writes to its terminal, on its way into the log and to the windows."""

import select

from workcell.rundir import orders
from workcell.runner import keeper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.runner import children, control, keyboard, limits, viewers
    from workcell.runner.live import Live, Screen

CHUNK = 1 << 16
"""Bytes that are read before something else has its turn."""


class Output:
    """The output side of the terminal. Nothing is read while the log has not taken all: the agent waits, and no byte
    is dropped."""

    def __init__(
        self,
        live: "Live",
        screen: "Screen",
        keys: "keyboard.Keyboard",
        seen_by: "viewers.Viewers",
        clock: "limits.Limits",
        family: "children.Children",
    ) -> None:
        self._live, self._tty, self.book, self._times = live, screen.tty, screen.book, screen.times
        self._keys, self._viewers, self._clock = keys, seen_by, clock
        self._children = family
        self.drawn: Callable[[int], object] = abs
        """Told the size of each piece of output."""

    def fds(self) -> "dict[int, int]":
        return {self._tty.master: 0 if self.book.waiting else select.POLLIN}

    def due(self) -> "float | None":
        return self.book.retry_at

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if ready.get(self._tty.master, 0) & (select.POLLIN | select.POLLHUP) and not self.book.waiting:
            self.read()
        if self.book.retry_at is not None and now >= self.book.retry_at:
            self.book.keep()

    def read(self) -> bool:
        """Take one piece of output; whether there was any."""
        data = self._tty.read(CHUNK)
        if not data:
            if data is None and self._live.ended is None:
                # an agent that closed its terminal and lives on makes it readable for ever: wait for the next signal
                self._children.wait(100)
            return False
        self._clock.output()
        self.drawn(len(data))
        self.book.keep(data)
        self._times.output(len(data), room=not self.book.waiting)
        self._viewers.show(data)
        self._keys.hear(data, self._viewers.answering)
        return True

    def drain(self, keep: "Callable[[], None]", socket: "control.ControlSocket") -> None:
        """What the agent wrote before it ended; the kernel hands all of it over before it says EAGAIN or EIO.

        A full disk is waited for, but not once a person wants the run stopped: what has no room then is lost. `keep`
        is called once, before the first wait.
        """
        kept = False
        while True:
            while self.book.waiting:
                if not kept:
                    keep()
                    kept = True
                self.book.keep()  # there may be room since the last try
                if self.book.waiting and self._stop_in_vain(socket):
                    lost = len(self.book.waiting)
                    self._live.say(f"stopped on a full disk: {lost} bytes and more are not in the log")
                    return
            if not self.read():
                return

    def _stop_in_vain(self, socket: "control.ControlSocket") -> bool:
        """Wait for room, or for a stop: whether one has come, now or before."""
        if self._live.stopped or socket.stop_within(keeper.FULL_DISK):
            return True
        return bool(orders.stops(self._live.run, self._live.attempt))

    def close(self) -> None:
        """Close the log, and say what a limit on the size of files kept out of it."""
        self.book.close()
        dropped = self.book.dropped
        self._times.close(dropped)
        if dropped:
            self._live.say(f"a limit on the size of files (ulimit -f): {dropped} bytes are not in the log")
            self._live.journal.append("log.dropped", attempt=self._live.attempt, bytes=dropped)
