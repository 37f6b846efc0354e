"""A log that the agent writes itself: shown to the windows as it grows, and watched for silence."""

import os

from workcell.rundir import layout, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.runner import limits, viewers

PIECE = 1 << 16
"""Bytes that are read at a time."""

SOON, LATE = 0.1, 2.0
"""Seconds between two questions for its size: doubled each time while it stays the same. From the second on there is no
timer for it: the loop wakes every three seconds to look into the inbox, and two timers would wake it twice."""


class AgentLog:
    """agent.log of an agent without a terminal, and how much of it the windows have been shown."""

    def __init__(self, directory: str) -> None:
        self._path = os.path.join(directory, layout.AGENT_LOG)
        self._shown = 0

    def size(self) -> "int | None":
        """Its size now, asked without opening it; None when it is not there."""
        try:
            return os.lstat(self._path).st_size
        except OSError:
            return None

    def tail(self, most: int) -> bytes:
        """Its last bytes; what follows them is `news`."""
        try:
            self._shown = os.lstat(self._path).st_size
            return safe_open.read(self._path, most, max(0, self._shown - most)) or b""
        except OSError:
            return b""

    def unchanged(self) -> bool:
        """Whether it has nothing beyond what was shown."""
        return self.size() == self._shown

    def news(self) -> bytes:
        """What it has beyond what was shown, a piece at most."""
        if self.unchanged():
            return b""
        try:
            data = safe_open.read(self._path, PIECE, self._shown) or b""
        except OSError:
            return b""
        self._shown += len(data)
        return data


class Follower:
    """Follows the log while a window shows it. A log that stands still costs a run no more than having no window."""

    def __init__(self, log: AgentLog, seen_by: "viewers.Viewers", clock: "limits.Limits") -> None:
        self._log, self._viewers, self._clock = log, seen_by, clock
        self._pause = SOON
        self._at = 0.0
        self._greeted = 0
        self._size: int | None = None

    def fds(self) -> "dict[int, int]":
        return {}

    def due(self) -> "float | None":
        if not self._viewers.open:
            return None
        if self._viewers.greeted != self._greeted:
            return 0.0
        return self._at if self._pause < LATE else None

    def unchanged(self) -> bool:
        """Whether `handle` would find nothing new in a log that has stood still for some time."""
        if self._clock.looks_for_idle:
            return False
        return not self._viewers.open or (self._pause >= LATE and self._log.unchanged())

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self._clock.looks_for_idle:
            self._grown()  # before the clock is asked: a line every half second is no silence to a limit of one
        due = self.due()
        if not self._viewers.open or (due is not None and now < due):
            return
        data = self._log.news()
        if data:
            self._viewers.show(data.replace(b"\n", b"\r\n"))
        fresh = data or self._viewers.greeted != self._greeted
        self._pause = SOON if fresh else min(self._pause * 2, LATE)
        self._greeted = self._viewers.greeted
        self._at = now + self._pause

    def _grown(self) -> None:
        size = self._log.size()
        if size is not None and size != self._size:
            self._size = size
            self._clock.output()
