"""wait: until runs are over, settling on the way what dead processes left."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from workcell.ops import onward, settle, watchdog
from workcell.rundir import look, phase

POLL = 0.1
"""Seconds between two looks. A look costs some 50 µs; nothing resident tells us more."""


@dataclass(frozen=True)
class Result:
    met: bool
    """Every run reached what was waited for: `passed` for done, any end or need for attention."""
    timed_out: bool
    states: list[str]


def wait(
    runs: list[str], wanted: str, timeout: float | None, tick: Callable[[list[look.Look]], None] | None = None
) -> Result:
    """Wait until every run is over, or needs a person where `wanted` is `attention`.

    A run that is scheduled goes on when the watchdog starts it: it is waited for while the watchdog ticks.

    `tick` is called with every round of looks. A run that waits for a person (orphaned, unknown, corrupt,
    created) does not end by itself and ends the wait. `timeout` is in seconds.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        seen = [settle.settle(run) for run in runs]
        if tick is not None:
            tick(seen)
        if all(_over(one) for one in seen):
            states = [_state(one) for one in seen]
            met = all(state == "passed" for state in states) if wanted == "done" else True
            return Result(met, False, states)
        if deadline is not None and time.monotonic() >= deadline:
            return Result(False, True, [_state(one) for one in seen])
        time.sleep(POLL)


def _over(seen: look.Look) -> bool:
    stuck = (phase.CORRUPT, phase.UNKNOWN)
    prepared = seen.phase == phase.CREATED and (seen.attempt or {}).get("start") == "later"
    if seen.phase in (phase.SCHEDULED, phase.CREATED) and not prepared:
        return not watchdog.there(onward.home_of(seen.run))
    return seen.phase == phase.DONE or prepared or seen.phase in stuck


def _state(seen: look.Look) -> str:
    return str((seen.result or {}).get("outcome") or seen.phase)
