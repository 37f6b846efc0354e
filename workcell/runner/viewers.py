"""The windows that are open onto one attempt: what is shown to each, what comes from it, and when it goes."""

import os
import select
import time

from workcell.runner import windows
from workcell.runner.live import earliest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.runner import keyboard, terminal
    from workcell.runner.live import Live

REPLAY = 1 << 14
"""Bytes of the log's end from which a new window is shown its first screenful."""


class Viewers:
    """All windows. `tail` gives the end of the log; `tty` and `keys` are None where the agent has no terminal."""

    def __init__(
        self,
        live: "Live",
        tail: "Callable[[int], bytes]",
        tty: "terminal.Terminal | None",
        keys: "keyboard.Keyboard | None",
    ) -> None:
        self._live, self.tail, self._tty, self._keys = live, tail, tty, keys
        self.open: list[windows.Window] = []
        self.greeted = 0
        """How many times a window was shown the end of the log."""
        self._sizes: list[tuple[float, int]] = []
        """(when, rows to take away) still to be set: two changes make a full-screen program draw itself anew."""

    def fds(self) -> "dict[int, int]":
        found = {}
        takes_keys = self._keys is None or not self._keys.full
        for pane in self.open:
            found[pane.connection.fileno()] = select.POLLIN
            wants = select.POLLIN if takes_keys else 0
            found[pane.tty] = wants | (select.POLLOUT if pane.backlog and pane.lost_until is None else 0)
        return found

    def due(self) -> "float | None":
        return earliest([*(at for at, _ in self._sizes[:1]), *(pane.lost_until for pane in self.open)])

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        for pane in list(self.open):
            self._hear(pane, ready.get(pane.connection.fileno(), 0), ready.get(pane.tty, 0))
        if self._sizes and now >= self._sizes[0][0] and self._tty is not None:
            _, less = self._sizes.pop(0)
            self._tty.shrink(less)
        for pane in list(self.open):
            if pane.lost_until is not None and now >= pane.lost_until:
                if pane.takes():
                    self.greet(pane)
                else:
                    pane.lost_until = now + windows.RESYNC

    @property
    def answering(self) -> bool:
        """Whether a window is there that may answer what the agent asks its terminal."""
        return any(pane.answers for pane in self.open)

    def add(self, pane: windows.Window) -> None:
        self.open.append(pane)
        self.greet(pane)

    def greet(self, pane: windows.Window) -> None:
        """Show the end of the log; a window that cannot be shown it is closed."""
        try:
            pane.greet(self.tail(REPLAY))
        except OSError:
            self.drop(pane)
            return
        except Exception as error:  # a window less is better than an agent whose runner is gone
            self._live.say(f"a window cannot be shown the log: {error!r}")
            self.drop(pane)
            return
        self.greeted += 1
        self._fit(pane)

    def show(self, data: bytes) -> None:
        for pane in list(self.open):
            try:
                pane.show(data)
            except OSError:
                self.drop(pane)

    def drop(self, pane: windows.Window) -> None:
        if pane in self.open:
            self.open.remove(pane)
            pane.close()

    def close(self) -> None:
        for pane in list(self.open):
            self.drop(pane)

    def _fit(self, pane: windows.Window) -> None:
        """The terminal takes the size of the window that was opened or changed last."""
        size = pane.size()
        if self._tty is not None and size is not None:
            self._tty.resize(size)
            now = time.monotonic()
            self._sizes = [(now, 1), (now + 0.05, 0)]

    def _hear(self, pane: windows.Window, said: int, event: int) -> None:
        """Take what a window says (poll events of its connection and of its tty)."""
        try:
            if said:
                if not pane.connection.recv(64):
                    raise OSError("the window was closed")
                self._fit(pane)
            if event & select.POLLIN:
                data = os.read(pane.tty, 4096)
                if not data:
                    raise OSError("the window was closed")
                if self._keys is not None and not pane.read_only:
                    self._keys.keys(data)
            elif windows.gone(event):
                raise OSError("the window was closed")
            if event & select.POLLOUT:
                pane.flush()
        except BlockingIOError:
            pass
        except OSError:
            self.drop(pane)
