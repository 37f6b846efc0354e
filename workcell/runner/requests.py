"""What others ask of a live attempt by files: stops, messages, and what hooks left in the spool."""

import os
import time

from workcell.rundir import directory_state, layout, maildir, orders, spool
from workcell.runner import limits, mailbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner import bounds, hints, typist_child
    from workcell.runner.live import Live

LOOK = 3.0
"""Seconds between two looks into inbox and spool, should a poke be lost."""


class Requests:
    """Looks into inbox, orders and spool. Any process can write there: nothing in it may end the runner."""

    def __init__(
        self,
        live: "Live",
        typist: "typist_child.Courier",
        clock: limits.Limits,
        largest: "bounds.Largest | None",
        hints: "hints.Hints",
    ) -> None:
        self._hints = hints
        self._live, self._typist, self._clock, self._largest = live, typist, clock, largest
        self._ordered: set[str] = set()
        """Ids of the orders to stop that were heard."""
        inbox, spooled = os.path.join(layout.INBOX, maildir.NEW), os.path.join(layout.SPOOL, maildir.NEW)
        self._places = [directory_state.DirectoryState(path) for path in (inbox, spooled, orders.directory(live.run))]
        self.look_at = time.monotonic()

    def fds(self) -> "dict[int, int]":
        return {}

    def due(self) -> "float | None":
        return self.look_at + LOOK

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if now >= self.look_at + LOOK:
            self.look()

    def unchanged(self) -> bool:
        """Whether a look would find nothing; it counts as one then."""
        if (self._largest is not None and self._largest.limited) or not self._live.journal.flushed:
            return False
        if not all([place.unchanged() for place in self._places]):
            return False
        self.look_at = time.monotonic()
        return True

    def look(self) -> None:
        """Take what waits in inbox and spool."""
        self.look_at = time.monotonic()
        if self._largest is not None:
            self._largest.look()
        self._hints.look()
        for place in self._places:
            place.unchanged()
        left = False
        for part in (self._inbox, self._spool):
            try:
                left = part() or left
            except OSError:
                left = True  # a full disk: looked at again in three seconds
            except Exception as error:
                left = True
                self._live.say(f"{part.__name__}: {error!r}")
        if not left:
            for place in self._places:
                place.dealt_with()

    def hear(self) -> None:
        """Take what hooks left, and nothing else: they come at every tool call of the agent."""
        try:
            self._spool()
        except OSError:
            pass  # a full disk: looked at again with the next look

    def stop(self, grace: float = limits.GRACE, **told: "str") -> None:
        """End the agent because of an order."""
        self._live.stopped = True
        self._hints.stop(told.get("by"))
        self._clock.end("stopped", grace)
        self._live.journal.append("stop.requested", **told)

    def _inbox(self) -> bool:
        """Take what is for the runner; whether anything was there."""
        if self._live.ended is not None:
            return True  # a stop that comes now is for finish, and the agent has ended by itself
        waiting = maildir.waiting(layout.INBOX)
        for message in mailbox.take(waiting, self._typist.letters):
            if message.get("kind") == "stop" and str(message.get("id")) not in self._ordered:
                # the order itself is looked for below, so a message without one may not stop the run
                self._orders()
                if str(message.get("id")) not in self._ordered:
                    why = "no order stands behind it"
                    self._live.journal.append("message.refused", message=message.get("id"), why=why)
        self._orders()
        return bool(waiting)

    def _orders(self) -> None:
        """Begin to end the agent for each order to stop this attempt that is new."""
        for order in orders.stops(self._live.run, self._live.attempt):
            identity = str(order.get("id"))
            if identity in self._ordered:
                continue
            self._ordered.add(identity)
            grace = order.get("grace_seconds")
            if not isinstance(grace, int | float) or not 0 <= grace <= limits.LONGEST_GRACE:
                grace = limits.GRACE
            self.stop(grace, by=str(order.get("by")), id=identity)

    def _spool(self) -> bool:
        """Write down what hooks left; whether anything was there."""
        waiting = maildir.waiting(layout.SPOOL)
        if waiting:
            spool.drain(".", self._live.journal, self._hints.hear)
        self._live.journal.flush()
        return bool(waiting)
