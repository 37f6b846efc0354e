"""When an attempt must end: a wall limit, an idle limit, or an order; the agent is asked first, then killed."""

import os
import time

from workcell.base import platform
from workcell.base.light import signal
from workcell.runner.live import earliest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.runner.live import Live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

GRACE = 10.0
"""Seconds between asking (SIGTERM) and killing."""

LONGEST_GRACE = 86400.0
"""Any program may write to the inbox: what is beyond this is no wish but a mistake."""


class Limits:
    """The clock of one attempt. All times are of the monotonic clock, which stops while the machine sleeps."""

    def __init__(self, agent: int, wall: "float | None", idle: "float | None", person: "float | None" = None) -> None:
        now = time.monotonic()
        self._agent = agent
        self._wall_at = now + wall if wall else None
        self._person = person or 0.0
        self._waits_since: float | None = None
        self.waited = 0.0
        """Seconds for which the wall limit stood still, up to the last wait that is over."""
        self._idle = idle
        self._look_at = now + idle / 4 if idle else None
        self._quiet_since = now
        self._cpu = -1
        self.how: schema.ExitHow | None = None
        """Why the attempt is being ended: stopped, limit-wall or limit-idle."""
        self._kill_at: float | None = None
        self.live: Live | None = None
        """The attempt: once it has ended, nothing is signalled any more."""
        self.spare: Callable[[], set[int]] = set
        """Pids of ours below the runner that are no part of the agent."""

    def output(self) -> None:
        """The agent wrote something."""
        self._quiet_since = time.monotonic()

    def waits(self, waiting: bool) -> None:
        """The agent waits for a person, or does not any more: meanwhile the wall limit stands still.

        Not for longer than the limit on that allows, over all waits of the attempt.
        """
        now = time.monotonic()
        if waiting and self._waits_since is None:
            self._waits_since = now
        elif not waiting and self._waits_since is not None:
            stood = min(now - self._waits_since, self._person - self.waited)
            self._waits_since = None
            self.waited += stood
            if self._wall_at is not None:
                self._wall_at += stood

    @property
    def _wall_due(self) -> "float | None":
        """When the wall limit is reached, should a wait that goes on never end."""
        if self._wall_at is None or self._waits_since is None or self._wall_at <= self._waits_since:
            return self._wall_at
        return self._wall_at + self._person - self.waited

    @property
    def looks_for_idle(self) -> bool:
        """Whether silence is being counted."""
        return self._look_at is not None

    def fds(self) -> "dict[int, int]":
        return {}

    def due(self) -> "float | None":
        return earliest([self._kill_at, None if self.how else self._wall_due, self._look_at])

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if self.live is None or self.live.ended is None:
            self.check(self.spare())

    def end(self, how: "schema.ExitHow", grace: float = GRACE) -> None:
        """Ask the agent to end; what is left of it after `grace` seconds is killed."""
        if self.how is None:
            self.how = how
        kill_at = time.monotonic() + grace
        self._kill_at = kill_at if self._kill_at is None else min(self._kill_at, kill_at)
        self._look_at = None
        for number in (signal.SIGTERM, signal.SIGCONT):
            try:
                os.killpg(self._agent, number)
            except (ProcessLookupError, PermissionError):
                pass

    def check(self, spare: "set[int]") -> None:
        """Do what is due. `spare` are pids of ours below the runner that are no part of the agent."""
        now = time.monotonic()
        if self._kill_at is not None:
            if now >= self._kill_at:
                self._kill_at = now + 1.0
                # its group and no more: what else lives below us may be the runner of another run or a tmux server,
                # and finish, which comes next, ends leftovers within the fence
                for end in (os.killpg, os.kill):
                    try:
                        end(self._agent, signal.SIGKILL)
                    except (ProcessLookupError, PermissionError):
                        pass
            return
        wall_due = self._wall_due
        if wall_due is not None and now >= wall_due:
            self.end("limit-wall")
        elif self._idle is not None and self._look_at is not None and now >= self._look_at:
            self._check_idle(now, self._idle, spare)

    def _check_idle(self, now: float, idle: float, spare: "set[int]") -> None:
        """Idle needs both: a silent log, and no CPU time used by anything below the runner."""
        cpu = platform.cpu_ticks([pid for pid in platform.descendants(os.getpid()) if pid not in spare])
        if cpu != self._cpu:
            self._cpu = cpu
            self._quiet_since = now
        if now - self._quiet_since >= idle:
            self.end("limit-idle")
        else:
            self._look_at = now + min(max(0.05, idle / 4), max(0.05, self._quiet_since + idle - now))
