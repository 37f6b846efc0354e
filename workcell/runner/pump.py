"""The loop of a runner while its agent lives: one poll(2) over everything that can happen.

Each part of the loop has three methods: `fds()`, the descriptors that it waits for, with the events that it wants now;
`due()`, when (monotonic clock) it has something to do without any of them, None for never; `handle(ready, now)`, which
does what is due; `ready` leads from descriptors to poll events. No part waits for anything, and each may be asked at
any time.

What holds at every turn:

- The agent is reaped before anything else is done, and its pid is never signalled afterwards: it may be reused.
- No byte of a terminal is dropped: nothing is read from it while the log has not taken all that was read before.
- The agent waits for its log, and never for a window: one that lags behind is shown the last screenful instead.
- No key comes between a message's paste and its Enter: nothing is typed while the typist lives.
- A question of the agent's is answered once: by a window, or after a second by us, or at once where no window answers.
- Only the agent itself, its limits, an order in the home, or an admitted caller at control.sock ends the run.
- Any process can write into inbox and spool: nothing in them ends the runner, or keeps it from a later stop.
- Sizes of windows, and silence, are looked at before the clock of the limits is asked.
- At rest the loop wakes every three seconds, whether or not a window is open.
"""

import os
import select
import time

from workcell.runner import children, control, follower, hints, keyboard, output, requests, typist_child, viewers
from workcell.runner.live import earliest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.base.light import socket
    from workcell.runner import bounds, limits
    from workcell.runner.live import Live, Screen

    Part = (
        children.Children
        | control.ControlSocket
        | viewers.Viewers
        | keyboard.Keyboard
        | output.Output
        | follower.Follower
        | requests.Requests
        | limits.Limits
        | typist_child.Courier
        | hints.Hints
    )


class Pump:
    """One attempt from the open gate to the reaped agent. `screen`: the agent has a terminal, and its log."""

    def __init__(
        self,
        live: "Live",
        screen: "Screen | None",
        listener: "socket.socket | None",
        wakeup: int,
        clock: "limits.Limits",
        largest: "bounds.Largest | None" = None,
    ) -> None:
        self.live, self.clock = live, clock
        book = screen.book if screen is not None else None
        # messages can be typed only into a screen that is known
        self.typist = typist_child.Courier(live, screen.tty.master if screen is not None and screen.typing else None)
        self.hints = hints.Hints(live, watched=live.watched, terminal=screen is not None)
        self.hints.waits = clock.waits
        self.requests = requests.Requests(live, self.typist, clock, largest, self.hints)
        self.children = children.Children(live, wakeup, book, self.typist, self.requests)
        self.children.attendant = self.hints.attendant
        clock.live, clock.spare = live, self._own
        self.output: output.Output | None = None
        self.keys: keyboard.Keyboard | None = None
        self.follow: follower.Follower | None = None
        if screen is not None:
            self.keys = keyboard.Keyboard(screen.tty, self.typist)
            self.keys.heard = self.hints.typed
            self.viewers = viewers.Viewers(live, screen.book.tail, screen.tty, self.keys)
            self.output = output.Output(live, screen, self.keys, self.viewers, clock, self.children)
            self.output.drawn = self.hints.drawn
        else:
            log = follower.AgentLog(live.directory)
            self.viewers = viewers.Viewers(live, log.tail, None, None)
            self.follow = follower.Follower(log, self.viewers, clock)
        self.control = control.ControlSocket(
            live, listener, self.viewers, self.requests, self.typist, typing=screen is not None
        )
        parts = (self.children, self.control, self.viewers, self.keys, self.output, self.follow, clock, self.typist)
        self.parts: list[Part] = [*(part for part in parts if part is not None), self.requests, self.hints]

    def _own(self) -> set[int]:
        """Pids of ours below the runner that are no part of the agent."""
        book = self.output.book if self.output is not None else None
        attendant = self.hints.attendant
        return {book.compressor if book else 0, self.typist.pid, attendant.pid if attendant else 0}

    def run(self, keep: "Callable[[], None]") -> None:
        """Until the agent has ended and all that it wrote stands in the log.

        `keep` is called once, if the log has to wait for room: what is known of the end then is to be kept on disk.
        """
        while self.live.ended is None:
            self.turn()
        if self.output is not None:
            self.output.drain(keep, self.control)
        self._stop_typist()
        self.hints.end(self.clock.how)
        if self.output is not None:
            self.output.close()
        self.viewers.close()

    def turn(self, most: "float | None" = None) -> None:
        """Wait for the next event, `most` seconds at most, and let every part handle it."""
        own = earliest([part.due() for part in self.parts if part is not self.requests])
        if most is not None:
            own = earliest([own, time.monotonic() + most])
        poll = select.poll()
        wanted: dict[int, int] = {}
        for part in self.parts:
            for fd, events in part.fds().items():
                wanted[fd] = wanted.get(fd, 0) | events
        for fd, events in wanted.items():
            poll.register(fd, events)
        ready = poll.poll(_milliseconds(earliest([own, self.requests.due()])))
        while not ready and (own is None or time.monotonic() < own) and self._unchanged():
            ready = poll.poll(_milliseconds(earliest([own, self.requests.due()])))
        self.handle(dict(ready))

    def _unchanged(self) -> bool:
        """Whether nothing came by files, either: an idle run asks it every three seconds, so it touches little code."""
        follow = self.follow
        if follow is not None and not follow.unchanged():
            return False
        return self.hints.unchanged() and self.requests.unchanged() and self.children.unchanged()

    def handle(self, ready: "dict[int, int]") -> None:
        """Let every part do what is due."""
        for part in self.parts:
            part.handle(ready, time.monotonic())

    def _stop_typist(self) -> None:
        """What it was typing stays in typed/: the next attempt's typist says that it is not known what came of it."""
        if self.typist.pid:
            self.typist.end()
            os.waitpid(self.typist.pid, 0)
            self.typist.pid = 0


def _milliseconds(due: "float | None") -> "int | None":
    """How long poll(2) may wait for a moment of the monotonic clock; None for ever."""
    return None if due is None else int(max(0.0, due - time.monotonic()) * 1000) + 1
