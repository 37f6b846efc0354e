"""finish: a run on standby ends with its check, at once or after the turn that it is in."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from workcell.base.errors import Refused
from workcell.finish import settle
from workcell.rundir import find, look, phase, standby
from workcell.rundir.cell import Cell
from workcell.together import wake

PATIENCE = 20.0
"""Seconds for which another process is waited for that wakes the run at this moment."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Result:
    id: str
    phase: str
    outcome: str | None
    """How it ended; null while it has not."""
    note: str | None
    """Why it has not, that it was over already, or that messages wait which its agent was not told."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `finish`. `cell.progress` is told `checks`, with the id, before the check runs.

    The wish is on disk before anything is done: killed afterwards, the next tick ends the run. Raises Refused for a run
    that is not on standby, and what `find.run_to_change` raises.
    """
    run = find.run_to_change(cell.home, request.run)
    seen = settle.settle(run)
    if seen.phase == phase.DONE:
        return Result(seen.id, seen.phase, seen.outcome, "it was over already")
    if not (standby.waits(seen) or standby.keeps(seen.attempt)):
        cure = f"workcell wait {seen.id}, or end it as it is: workcell stop {seen.id}"
        if cell.caller.within(run):
            cure = "end your turn: the run ends with it, and is checked then"
        raise Refused(f"cannot finish {seen.id}: it is not on standby, and ends by itself", cure)
    if not standby.is_to_finish(seen):  # said twice, it begins no further turn
        standby.ask_to_finish(run, seen.n)
    deadline = time.monotonic() + PATIENCE
    while standby.waits(seen := look.at(run)):  # its agent may have ended its turn since
        cell.progress("checks", os.path.basename(run))
        wake.wake(run, finish=True)
        if not standby.waits(look.at(run)) or time.monotonic() > deadline:
            break
        time.sleep(wake.POLL)
    seen = look.at(run)
    return Result(seen.id, seen.phase, seen.outcome, _note(seen))


def _note(seen: look.Look) -> str | None:
    """When it will be over, or what its agent was not told; None where it is over, and nothing waits."""
    if seen.phase == phase.DONE:
        unread = standby.letters(seen)
        return f"its agent was not told what waits in its inbox: workcell inbox {seen.id}" if unread else None
    checked = seen.attempt is not None and seen.attempt.get("verify") is not None
    ends = "it finishes with its check" if checked else "it is over, and has no check,"
    if seen.phase == phase.CREATED:
        return f"it has not begun: {ends} after its first turn: workcell resume {seen.id}"
    if standby.reads_first(seen):
        return f"{ends} after one more turn, which the messages begin that wait for its agent"
    return f"{ends} once its turn is over"
