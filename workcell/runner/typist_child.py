"""The program that types messages into the terminal, as the runner sees it: started, waited for, tried again later."""

import os
import sys
import time

from workcell.base import platform
from workcell.base.light import signal
from workcell.rundir import layout, maildir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner.live import Live

MOST = 180.0
"""Seconds after which it is ended: people's keys are kept back while it lives."""

_SOON, _LATE = 0.5, 8.0
"""Seconds until what had to wait is tried again: doubled each time up to the second."""


class Courier:
    """At most one such program, for the terminal `master`; none for None. The working directory is the run."""

    def __init__(self, live: "Live", master: "int | None") -> None:
        self._live, self._master = live, master
        self.pid = 0
        self.letters: set[str] = set()
        self._unsettled = bool(maildir.waiting(layout.INBOX, layout.TYPED))
        self._seen: set[str] = set()
        self._pause = _SOON
        self._at = 0.0
        self._until = 0.0

    def due(self) -> "float | None":
        """When (monotonic) `handle` has something to do; None for never."""
        if self._master is None:
            return None
        if self.pid:
            return self._until
        return self._at if self.letters or self._unsettled else None

    def hurry(self) -> None:
        """Another process says that there is something new."""
        self._at, self._pause = 0.0, _SOON

    def fds(self) -> "dict[int, int]":
        return {}

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self._master is not None and self._live.ended is None:
            self._step(self._master, now)

    def _step(self, master: int, now: float) -> None:
        """Start the program if something waits, or end it if it takes too long."""
        if self.letters - self._seen:
            self.hurry()
            self._seen = set(self.letters)
        at = self.due()
        if at is None or now < at:
            return
        if self.pid:
            self.end()
            return
        self._until = now + MOST
        self.pid = os.fork()
        if self.pid == 0:
            self._become(master)

    def _become(self, master: int) -> None:
        try:
            os.dup2(master, 0, inheritable=True)
            platform.close_from(3)  # the locks of the runner first of all
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run = os.getcwd()
            program = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")
            os.execv(sys.executable, [sys.executable, "-I", program, "_deliver", run, str(self._live.attempt)])
        finally:
            os._exit(70)

    def ended(self, status: int) -> None:
        """It was reaped."""
        self.pid = 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 70
        self._unsettled = code != 0
        if code:
            self._at = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, _LATE)
        else:
            self.hurry()
            self.letters.clear()  # what is still there is found again by the next look

    def end(self) -> None:
        """End it at once."""
        if self.pid:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
