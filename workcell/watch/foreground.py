"""The watchdog without a timer: a loop of ticks in the foreground, for containers and machines without cron.

Invariants:
- Each tick is a process of its own, as a timer would start it; the loop keeps nothing but the time of the next one.
- The loop may be ended at any call. A tick that it takes along is as one that was killed: the next one goes on.
- As the first process of a container it inherits what runners leave behind, and reaps it between two ticks.
"""

import os
import time
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import TryAgain, Usage, WorkcellError
from workcell.rundir import heartbeat, locks
from workcell.rundir import home_creation as homes
from workcell.rundir.cell import Cell
from workcell.system import run_program
from workcell.watch.timers import command

LEAST, MOST = 1.0, 120.0
"""Minimum and maximum seconds between the begins of two ticks; later than that a tick counts as late."""

TIMEOUT = 900.0
"""Maximum seconds of one tick. It begins nothing after 45, but what it began may be a large repository's snapshot."""

REAP = 1.0
"""Seconds between two looks for processes that ended."""


@dataclass(frozen=True)
class Request:
    every: float = 60.0
    """Seconds from the begin of one tick to that of the next."""
    ticks: int | None = None
    """End after so many; without it the loop goes on until it is ended."""


@dataclass(frozen=True)
class Result:
    ticks: int
    """How many ticks there were."""
    acts: int
    """How many acts they did."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `watchdog run`. TryAgain while another loop runs in this home. Each act is told as progress."""
    if not LEAST <= request.every <= MOST:
        raise Usage(f"a tick each {request.every:g} s is not possible", f"choose {LEAST:g}s to {MOST / 60:g}m")
    homes.ensure(cell.home)
    os.makedirs(heartbeat.directory(cell.home), 0o700, exist_ok=True)
    lock = locks.take(os.path.join(heartbeat.directory(cell.home), heartbeat.LOOP), 0)
    if lock is None:
        raise TryAgain("a watchdog runs in the foreground already", "workcell watchdog status")
    try:
        locks.sign(lock, "watchdog run")
        return _loop(cell, request)
    finally:
        os.close(lock)


def _loop(cell: Cell, request: Request) -> Result:
    environment = {**cell.environment, "WORKCELL_HOME": cell.home}
    ticks = acts = 0
    while True:
        begun = clock.monotonic()
        lines = _tick(environment)
        for line in lines:
            cell.progress("act", line)
        ticks, acts = ticks + 1, acts + len(lines)
        if request.ticks is not None and ticks >= request.ticks:
            return Result(ticks, acts)
        _rest(begun + request.every)


def _tick(environment: dict[str, str]) -> list[str]:
    """One tick in a process of its own; a line for each act, or for what kept it from its work."""
    try:
        ran = run_program.run(command.words(), timeout=TIMEOUT, cwd="/", env=environment)
    except WorkcellError as error:
        return [f"no tick: {error.message}"]
    lines = ran.out.decode("utf-8", "replace").splitlines()
    return lines if ran.ok else [*lines, f"the tick failed: {ran.complaint()}"]


def _rest(until: float) -> None:
    """Wait until that moment of the monotonic clock."""
    while (left := until - clock.monotonic()) > 0:
        _reap()
        time.sleep(min(left, REAP))


def _reap() -> None:
    """Take leave of processes that became our children when their parent ended; there are no others between ticks."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
