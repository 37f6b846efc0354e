"""Terminal to log to windows, windows to terminal, and everything else that happens while the agent lives."""

import os
import select
import time

from workcell.base import clock as clocks
from workcell.base.light import socket
from workcell.rundir import events, layout, maildir, orders, safe_open, spool
from workcell.runner import answers, bounds, keeper, limits, mailbox, peers, terminal, typist_child, windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 1 << 16
LOOK = 2.0
"""Seconds between two looks into inbox and spool, should a poke be lost."""

FOLLOW = 0.1
"""Seconds between two looks at a log that the agent writes itself, while a window shows it."""

SILENT = 1.0
"""Seconds after which a window that answered nothing is taken for one that does not answer."""

_ANSWERS = 4096
_REPLAY = 1 << 14
_INPUT = 1 << 20


class Pump:
    """One attempt from the open gate to the reaped agent."""

    def __init__(
        self,
        agent: int,
        directory: str,
        attempt: int,
        tty: "terminal.Terminal | None",
        book: "keeper.Keeper | None",
        listener: "socket.socket | None",
        wakeup: int,
        clock: limits.Limits,
        journal: events.Journal,
        typing: bool = False,
    ) -> None:
        self.agent, self.directory, self.attempt = agent, directory, attempt
        self.run_directory = os.path.dirname(os.path.dirname(directory))
        self.ordered: set[str] = set()
        """Ids of the orders to stop that were heard."""
        self.tty, self.listener, self.wakeup = tty, listener, wakeup
        self.keeper = book
        self.clock, self.journal = clock, journal
        self.ended: tuple[int, object] | None = None
        """(wait status, resource usage) once the agent has been reaped."""
        self.panes: list[windows.Window] = []
        self.replies = answers.Answers()
        self.asked = b""
        self.asked_at: float | None = None
        """Answers to what the agent asked, and when they are typed if no window has answered until then."""
        self.said = ""
        self.stopped = False
        """Whether a stop was taken: the agent is being ended, and nobody waits for room on a full disk any more."""
        self.typed = bytearray()
        self.courier = typist_child.Courier(attempt)
        self.typing = typing and tty is not None
        """Whether the agent's screen is known, so that messages can be typed into it."""
        self.followed = 0
        self.size_seen = -1
        self.look_at = time.monotonic()
        self.largest: bounds.Largest | None = None
        self.sizes: list[tuple[float, int]] = []
        """(when, rows to take away) still to be set: two changes make a full-screen program draw itself anew."""

    # -- the loop

    def run(self, keep: "Callable[[], None]") -> None:
        """Until the agent has ended and all that it wrote stands in the log.

        `keep` is called once, if the log has to wait for room: what is known of the end then is to be kept on disk.
        """
        while self.ended is None:
            self._turn(self._patience())
        if self.tty is not None:
            self._drain(self.tty, keep)
        self._stop_courier()
        if self.keeper is not None:
            self.keeper.close()
            if self.keeper.dropped:
                self.say(f"a limit on the size of files (ulimit -f): {self.keeper.dropped} bytes are not in the log")
                self.journal.append("log.dropped", attempt=self.attempt, bytes=self.keeper.dropped)
        for pane in list(self.panes):
            self._drop(pane)

    def _patience(self) -> int:
        times = [max(0.0, self.look_at + LOOK - time.monotonic())]
        look = self.clock.next_look()
        if look is not None:
            times.append(look)
        for at in (
            self.keeper.retry_at if self.keeper is not None else None,
            self.asked_at,
            *(at for at, _ in self.sizes[:1]),
            *(p.lost_until for p in self.panes),
        ):
            if at is not None:
                times.append(max(0.0, at - time.monotonic()))
        if self.tty is None and self.panes:
            times.append(FOLLOW)
        errand = self.courier.due() if self.typing else None
        if errand is not None:
            times.append(max(0.0, errand - time.monotonic()))
        return int(min(times) * 1000) + 1

    def _turn(self, patience: int) -> None:
        poll = select.poll()
        poll.register(self.wakeup, select.POLLIN)
        if self.listener is not None:
            poll.register(self.listener.fileno(), select.POLLIN)
        if self.tty is not None:
            wants = 0 if self._behind() else select.POLLIN
            poll.register(self.tty.master, wants | (select.POLLOUT if self.typed and not self.courier.pid else 0))
        for pane in self.panes:
            poll.register(pane.connection.fileno(), select.POLLIN)
            wants = 0 if len(self.typed) > _INPUT else select.POLLIN
            poll.register(pane.tty, wants | (select.POLLOUT if pane.backlog and pane.lost_until is None else 0))
        ready = dict(poll.poll(patience))
        if self.wakeup in ready:
            self._reap()
        if self.listener is not None and self.listener.fileno() in ready:
            self._welcome(self.listener)
        self._from_windows(ready)
        if self.tty is not None:
            event = ready.get(self.tty.master, 0)
            if event & select.POLLOUT:
                self._type(self.tty)
            if event & (select.POLLIN | select.POLLHUP) and not self._behind():
                self._read(self.tty)
        self._due()

    def _due(self) -> None:
        now = time.monotonic()
        if self.keeper is not None and self.keeper.retry_at is not None and now >= self.keeper.retry_at:
            self.keeper.keep()
        if self.sizes and now >= self.sizes[0][0] and self.tty is not None:
            _, less = self.sizes.pop(0)
            self.tty.shrink(less)
        for pane in list(self.panes):
            if pane.lost_until is not None and now >= pane.lost_until:
                if pane.takes():
                    self._greet(pane)
                else:
                    pane.lost_until = now + windows.RESYNC
        if self.tty is None and self.panes:
            self._follow()
        if self.tty is None and self.clock.looks_for_idle:
            self._grown()  # before the clock is asked: a line every half second is no silence to a limit of one
        if self.asked_at is not None and now >= self.asked_at and self.tty is not None:
            self._answer(self.tty)
        if self.ended is None:
            self.clock.check({self.keeper.compressor if self.keeper is not None else 0, self.courier.pid})
        if self.typing and self.tty is not None and self.ended is None:
            self.courier.step(self.tty.master)
        if now >= self.look_at + LOOK:
            self.look()

    # -- what the agent writes

    def _read(self, tty: terminal.Terminal) -> bool:
        data = tty.read(CHUNK)
        if not data:
            if data is None and self.ended is None:
                self._wait_for_agent()
            return False
        self.clock.output()
        if self.keeper is not None:
            self.keeper.keep(data)
        for pane in list(self.panes):
            try:
                pane.show(data)
            except OSError:
                self._drop(pane)
        answer = self.replies.to(data)
        if answer:
            if len(self.asked) <= _ANSWERS:
                self.asked += answer
            if not any(pane.answers for pane in self.panes):
                self._answer(tty)
            elif self.asked_at is None:
                self.asked_at = time.monotonic() + SILENT
        return True

    def _answer(self, tty: terminal.Terminal) -> None:
        """Type the answers that no window gave: none is there, or it only shows, or whoever holds it stands still."""
        if len(self.typed) <= _ANSWERS:  # an agent that asks and reads nothing gets no more
            self.typed += self.asked
        self._answered()
        self._type(tty)

    def _answered(self) -> None:
        self.asked, self.asked_at = b"", None

    def _wait_for_agent(self) -> None:
        """An agent that closed its terminal and lives on makes it readable for ever: wait for the next signal."""
        poll = select.poll()
        poll.register(self.wakeup, select.POLLIN)
        poll.poll(100)
        self._reap()

    def _behind(self) -> bool:
        """Whether the log has not taken all yet: nothing more is read from the terminal until it has."""
        return self.keeper is not None and bool(self.keeper.waiting)

    def _drain(self, tty: terminal.Terminal, keep: "Callable[[], None]") -> None:
        """What the agent wrote before it ended; the kernel hands all of it over before it says EAGAIN or EIO.

        A full disk is waited for, but not once a person wants the run stopped: what has no room then is lost.
        """
        kept = False
        while True:
            while self.keeper is not None and self.keeper.waiting:
                if not kept:
                    keep()
                    kept = True
                self.keeper.keep()  # there may be room since the last try
                if self.keeper.waiting and self._stop_in_vain():
                    self.say(f"stopped on a full disk: {len(self.keeper.waiting)} bytes and more are not in the log")
                    return
            if not self._read(tty):
                return

    def _stop_in_vain(self) -> bool:
        """Wait for room, or for a stop: whether one has come, now or before."""
        if self.stopped:
            return True
        if self.listener is not None:
            poll = select.poll()
            poll.register(self.listener.fileno(), select.POLLIN)
            if poll.poll(int(keeper.FULL_DISK * 1000)):
                caller = windows.accept(self.listener)
                if caller is not None:
                    kind, pane, connection = caller
                    allowed = peers.admitted(kind, pane, connection, self.journal, self.attempt)
                    connection.close()
                    if pane is not None:
                        os.close(pane)
                    if kind == b"S" and allowed:
                        return True
        else:
            time.sleep(keeper.FULL_DISK)
        return bool(orders.stops(self.run_directory, self.attempt))

    def _stop_courier(self) -> None:
        """What it was typing stays in typed/: the next attempt's courier says that nobody knows what came of it."""
        if self.courier.pid:
            self.courier.end()
            os.waitpid(self.courier.pid, 0)
            self.courier.pid = 0

    # -- processes

    def _reap(self) -> None:
        try:
            os.read(self.wakeup, 4096)
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.agent:
                self.ended = (status, usage)
            elif pid == self.courier.pid:
                self.courier.ended(status)
                self.look()
            elif self.keeper is not None:
                self.keeper.reaped(pid)

    # -- windows

    def _welcome(self, listener: socket.socket) -> None:
        caller = windows.accept(listener)
        if caller is None:
            return
        kind, tty, connection = caller
        if not peers.admitted(kind, tty, connection, self.journal, self.attempt):
            connection.close()
            if tty is not None:
                os.close(tty)
            return
        if kind not in (b"W", b"R") or tty is None:
            connection.close()
            if kind == b"P":
                self.courier.hurry()
                self.look()
            elif kind == b"S" and self.ended is None:
                self.stopped = True
                self.clock.end("stopped")
                self.journal.append("stop.requested")
            return
        pane = windows.Window(connection, tty, kind == b"R" or self.tty is None)
        self.panes.append(pane)
        self._greet(pane)

    def _greet(self, pane: windows.Window) -> None:
        try:
            pane.greet(self.keeper.tail(_REPLAY) if self.keeper is not None else self._tail())
        except OSError:
            self._drop(pane)
            return
        except Exception as error:  # a window less is better than an agent whose runner is gone
            self.say(f"a window cannot be shown the log: {error!r}")
            self._drop(pane)
            return
        self._fit(pane)

    def _fit(self, pane: windows.Window) -> None:
        """The terminal takes the size of the window that was opened or changed last."""
        size = pane.size()
        if self.tty is not None and size is not None:
            self.tty.resize(size)
            now = time.monotonic()
            self.sizes = [(now, 1), (now + 0.05, 0)]

    def _from_windows(self, ready: "dict[int, int]") -> None:
        for pane in list(self.panes):
            said = ready.get(pane.connection.fileno(), 0)
            event = ready.get(pane.tty, 0)
            try:
                if said:
                    if not pane.connection.recv(64):
                        raise OSError("the window was closed")
                    self._fit(pane)
                if event & select.POLLIN:
                    data = os.read(pane.tty, 4096)
                    if not data:
                        raise OSError("the window was closed")
                    if self.tty is not None and not pane.read_only:
                        if b"\x1b" in data:
                            self._answered()
                        self.typed += data
                        self._type(self.tty)
                elif windows.gone(event):
                    raise OSError("the window was closed")
                if event & select.POLLOUT:
                    pane.flush()
            except BlockingIOError:
                continue
            except OSError:
                self._drop(pane)

    def _drop(self, pane: windows.Window) -> None:
        if pane in self.panes:
            self.panes.remove(pane)
            pane.close()

    def _type(self, tty: terminal.Terminal) -> None:
        if self.courier.pid:
            return  # no key of a person comes between a message's paste and its Enter
        try:
            written = os.write(tty.master, self.typed)
        except BlockingIOError:
            return
        except OSError:
            written = len(self.typed)
        del self.typed[:written]

    # -- a log that the agent writes itself

    def _tail(self) -> bytes:
        path = os.path.join(self.directory, layout.AGENT_LOG)
        try:
            self.followed = os.lstat(path).st_size
            return safe_open.read(path, _REPLAY, max(0, self.followed - _REPLAY)) or b""
        except OSError:
            return b""

    def _follow(self) -> None:
        try:
            data = safe_open.read(os.path.join(self.directory, layout.AGENT_LOG), CHUNK, self.followed) or b""
        except OSError:
            return
        self.followed += len(data)
        if data:
            for pane in list(self.panes):
                try:
                    pane.show(data.replace(b"\n", b"\r\n"))
                except OSError:
                    self._drop(pane)

    # -- what others ask

    def look(self) -> None:
        """Take what waits in inbox and spool. Anybody writes there: nothing in it may end the runner."""
        self.look_at = time.monotonic()
        if self.largest is not None:
            self.largest.look()
        for part in (self._look_inbox, self._look_spool):
            try:
                part()
            except OSError:
                pass  # a full disk: looked at again in two seconds
            except Exception as error:
                self.say(f"{part.__name__}: {error!r}")

    def _look_inbox(self) -> None:
        if self.ended is not None:
            return  # a stop that comes now is for finish, and the agent has ended by itself
        for message in mailbox.take(self.courier.letters):
            if message.get("kind") == "stop" and str(message.get("id")) not in self.ordered:
                # the order itself is looked for below, so what has none came from nobody who may stop a run
                self._hear_stops()
                if str(message.get("id")) not in self.ordered:
                    self.journal.append("message.refused", message=message.get("id"), why="no order stands behind it")
        self._hear_stops()

    def _hear_stops(self) -> None:
        """Begin to end the agent for each order to stop this attempt that is new."""
        for order in orders.stops(self.run_directory, self.attempt):
            identity = str(order.get("id"))
            if identity in self.ordered:
                continue
            self.ordered.add(identity)
            grace = order.get("grace_seconds")
            if not isinstance(grace, int | float) or not 0 <= grace <= limits.LONGEST_GRACE:
                grace = limits.GRACE
            self.stopped = True
            self.clock.end("stopped", grace)
            self.journal.append("stop.requested", by=str(order.get("by")), id=identity)

    def _look_spool(self) -> None:
        if maildir.waiting(layout.SPOOL):
            spool.drain(".", self.journal)
        self.journal.flush()

    def say(self, words: str) -> None:
        """One line in runner.log, once for each complaint in a row."""
        if words != self.said:
            self.said = words
            try:
                os.write(2, f"{clocks.stamp()} {words[:1000]}\n".encode("utf-8", "backslashreplace"))
            except OSError:
                pass

    def _grown(self) -> None:
        try:
            size = os.stat(os.path.join(self.directory, layout.AGENT_LOG)).st_size
        except OSError:
            return
        if size != self.size_seen:
            self.size_seen = size
            self.clock.output()
