"""turn_check_ticks: the checks after turns that a tick finds to be left: their process was killed, or never began."""

from __future__ import annotations

import os

from workcell.finish import turn_answers, turn_check
from workcell.rundir import attending, family, hint, look, phase, standby, turn_checks, watches

MOST = 4
"""Maximum of such processes that one tick starts."""

_RESTS = ("idle", "question")
"""Activities in which a turn may be over."""


def look_after(home: str, live: dict[str, look.Look]) -> list[str]:
    """Tell what is answered by records, and start the processes that are missing; a line for each.

    `live` are looks at the runs that are not over, by id.
    """
    did: list[str] = []
    begun = 0
    for run in turn_checks.asked(home):
        path = family.directory(home, run)
        if not turn_checks.on(home, run):
            turn_checks.tidy(home, run)
            continue
        seen = live.get(run) or look.at(path)
        did += turn_answers.tell(seen, 0.0)
        if watches.is_gone(home, run):
            attending.remove(path)
        elif turn_checks.on(home, run) and _may_rest(seen) and begun < MOST and not _at_work(home, run):
            turn_check.begin(seen)
            did.append(f"{run}: its check is run, which a message asked for")
            begun += 1
    return did


def _may_rest(seen: look.Look) -> bool:
    if standby.waits(seen):
        return True
    heard = hint.read(seen) if seen.phase == phase.RUNNING else None
    return heard is not None and heard["state"] in _RESTS


def _at_work(home: str, run: str) -> bool:
    """Whether a process answers for that run at this moment."""
    lock = attending.take(family.directory(home, run), attending.CHECKS, 0.0)
    if lock is None:
        return True
    os.close(lock)
    return False
