"""ls: what is there, those that need a person first."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.evidence import capture_state
from workcell.rundir import heartbeat, layout, look, phase, scan, status
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema

RECENT = 20
"""Runs that are over and shown without being asked for."""

FRESH = 24 * 3600.0
"""Seconds for which a run that ended badly stands before those that ended well: a day, as people look once a day."""

_ATTENTION = ("question", "approval", *(phase.CORRUPT, phase.ORPHANED, phase.LOST, phase.INTERRUPTED, phase.UNKNOWN))


@dataclass(frozen=True)
class Request:
    """The runs to list: those that are not over and the newest that are."""

    everything: bool = False
    """Also the older runs that are over."""
    group: str | None = None
    """Only the runs of this group, all of them."""


@dataclass(frozen=True)
class Result:
    runs: list[schema.Status]
    """Status documents, in the order in which they are shown."""
    hidden: int
    """Runs that are over and were left out."""
    warning: str | None = None
    """Why the watchdog that is installed seems not to work; null when all is well."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `ls`, also behind `top`."""
    found = ls(cell.home, everything=request.everything, group=request.group, now=cell.clock())
    return replace(found, warning=heartbeat.warning(cell.home))


def ls(home: str, *, everything: bool = False, group: str | None = None, now: float | None = None) -> Result:
    """Every run that is not done, and the newest that are. Reads files and probes locks; changes nothing.

    `now` is in seconds since the epoch; the wall clock without it.
    """
    found = scan.scan(home)
    live: list[schema.Status] = []
    done: list[schema.Status] = []
    over = found.done
    for path in found.live:
        seen = look.at(path)
        document = status.document(seen, capture_state.weighed(seen))
        if document["activity"] is not None:  # its evidence cites the agent; what else a run says was cleaned before
            document["activity"] = run_cleaner.of_run(path).record(document["activity"])
        over += seen.phase == phase.DONE
        if group is None or document.get("group") == group:
            (done if seen.phase == phase.DONE else live).append(document)
    for name in sorted(found.over, reverse=True):
        if not (everything or group is not None) and len(done) >= RECENT:
            break
        path = os.path.join(home, layout.RUNS, name)
        document = status.cached(path) or status.document(look.at(path))
        if group is None or document.get("group") == group:
            done.append(document)
    # ids tell only the minute; what is shown is in the order of the moments
    done.sort(key=lambda run: run["written_at"] or "", reverse=True)
    live.sort(key=lambda run: run["written_at"] or "", reverse=True)
    live.sort(key=_rank)
    since = (time.time() if now is None else now) - FRESH
    done.sort(key=lambda run: not _fresh_and_bad(run, since))
    return Result([*live, *done], 0 if group is not None else over - len(done))


def _rank(run: schema.Status) -> int:
    state = run["state"]
    return 0 if state in _ATTENTION else 2 if state in (phase.SCHEDULED, phase.CREATED) else 1


def _fresh_and_bad(run: schema.Status, since: float) -> bool:
    try:
        return run.get("needs") is not None and clock.parse(str(run["ended_at"])) >= since
    except (KeyError, TypeError, ValueError):
        return False
