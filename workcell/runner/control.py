"""control.sock of a live attempt: who calls is let in as a window, or heard."""

import os
import select
import time

from workcell.base.light import socket
from workcell.runner import peers, windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner import requests, typist_child, viewers
    from workcell.runner.live import Live


class ControlSocket:
    """The listening socket; None where it could not be made. Windows that may not type only show."""

    def __init__(
        self,
        live: "Live",
        listener: "socket.socket | None",
        seen_by: "viewers.Viewers",
        asks: "requests.Requests",
        typist: "typist_child.Courier",
        *,
        typing: bool,
    ) -> None:
        self._live, self._listener = live, listener
        self._viewers, self._requests, self._typist, self._typing = seen_by, asks, typist, typing

    def fds(self) -> "dict[int, int]":
        return {} if self._listener is None else {self._listener.fileno(): select.POLLIN}

    def due(self) -> "float | None":
        return None

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self._listener is not None and self._listener.fileno() in ready:
            self._welcome(self._listener)

    def stop_within(self, seconds: float) -> bool:
        """Wait this long for a caller; whether it may stop the run, and wants to. No other caller is let in."""
        if self._listener is None:
            time.sleep(seconds)
            return False
        poll = select.poll()
        poll.register(self._listener.fileno(), select.POLLIN)
        if not poll.poll(int(seconds * 1000)):
            return False
        caller = windows.accept(self._listener)
        if caller is None:
            return False
        kind, pane, connection = caller
        allowed = peers.admitted(kind, pane, connection, self._live.journal, self._live.attempt)
        connection.close()
        if pane is not None:
            os.close(pane)
        return kind == b"S" and allowed

    def _welcome(self, listener: socket.socket) -> None:
        caller = windows.accept(listener)
        if caller is None:
            return
        kind, tty, connection = caller
        if not peers.admitted(kind, tty, connection, self._live.journal, self._live.attempt):
            connection.close()
            if tty is not None:
                os.close(tty)
            return
        if kind in (b"W", b"R") and tty is not None:
            self._viewers.add(windows.Window(connection, tty, kind == b"R" or not self._typing))
            return
        connection.close()
        if kind == b"P":
            self._typist.hurry()
            self._requests.look()
        elif kind == b"H":
            self._requests.hear()
        elif kind == b"S" and self._live.ended is None:
            self._requests.stop()
