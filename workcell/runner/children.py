"""The child processes of a runner: the agent, the compressor of the log and the program that types messages."""

import os
import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner import attendant, keeper, requests, typist_child
    from workcell.runner.live import Live


ASKED = 20.0
"""Maximum seconds between two questions whether a child has ended, should the wakeup byte of its end be lost."""


class Children:
    """Reaps what has ended. `wakeup` is a descriptor that becomes readable whenever a child ends."""

    def __init__(
        self,
        live: "Live",
        wakeup: int,
        book: "keeper.Keeper | None",
        typist: "typist_child.Courier",
        requests: "requests.Requests",
    ) -> None:
        self._live, self._wakeup = live, wakeup
        self._book, self._typist, self._requests = book, typist, requests
        self.attendant: attendant.Attendant | None = None
        """The program that judges the run; None where nothing can be judged."""
        self._asked_at = time.monotonic()

    def fds(self) -> "dict[int, int]":
        return {self._wakeup: select.POLLIN}

    def due(self) -> "float | None":
        return None

    def unchanged(self) -> bool:
        """Whether no child has ended; asked of the kernel once in ASKED seconds."""
        now = time.monotonic()
        if now < self._asked_at + ASKED:
            return True
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            ended = False
        if not ended:
            self._asked_at = now
        return not ended

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self._wakeup in ready or not self.unchanged():
            self.reap()

    def wait(self, milliseconds: int) -> None:
        """Reap what ends within this time."""
        poll = select.poll()
        poll.register(self._wakeup, select.POLLIN)
        poll.poll(milliseconds)
        self.reap()

    def reap(self) -> None:
        """Take the exit status of every child that has ended."""
        try:
            os.read(self._wakeup, 4096)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._live.agent:
                self._live.ended = (status, usage)
            elif pid == self._typist.pid:
                self._typist.ended(status)
                self._requests.look()
            elif self.attendant is not None and pid == self.attendant.pid:
                self.attendant.ended()
            elif self._book is not None:
                self._book.reaped(pid)
