"""The program that judges a live run and tells its person (`_attend`), as the runner sees it: started, waited for."""

import os
import sys

from workcell.base import platform
from workcell.base.light import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner.live import Live

SPACE = 5.0
"""Minimum seconds between two starts, unless a person is needed."""

MOST = 60.0
"""Seconds after which it is ended: it reads a few files."""


class Attendant:
    """At most one such program. A wish for it that comes while it runs starts it once more when it has ended."""

    def __init__(self, live: "Live") -> None:
        self._live = live
        self.pid = 0
        self.began: float | None = None
        """When (monotonic) it was last started; None before the first time."""
        self._wanted: float | None = None
        self._until = 0.0

    def want(self, now: float, pause: float = 0.0) -> None:
        """Start it, `pause` seconds after its last start at the earliest; 0: at once."""
        at = now if not pause or self.began is None else max(now, self.began + pause)
        self._wanted = at if self._wanted is None else min(self._wanted, at)

    def due(self) -> "float | None":
        """When (monotonic) `handle` has something to do; None for never."""
        return self._until if self.pid else self._wanted

    def handle(self, now: float) -> None:
        """Start it where it is due, or end it where it takes too long."""
        at = self.due()
        if at is None or now < at or self._live.ended is not None:
            return
        if self.pid:
            self._until = now + MOST
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return
        self._wanted, self.began, self._until = None, now, now + MOST
        try:
            self.pid = os.fork()
        except OSError:
            self._wanted = now + SPACE  # no process to be had
            return
        if self.pid == 0:
            self._become()

    def _become(self) -> None:
        try:
            platform.close_from(3)  # the locks of the runner first of all
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            program = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")
            words = [program, "_attend", os.getcwd(), str(self._live.attempt)]
            os.execv(sys.executable, [sys.executable, "-I", *words])
        finally:
            os._exit(70)

    def ended(self) -> None:
        """It was reaped."""
        self.pid = 0
