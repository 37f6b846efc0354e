"""feed: what is worth knowing of all runs, and of sessions outside of them, by time; with `follow` as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workcell.base import clock
from workcell.rundir.cell import Cell
from workcell.views import events
from workcell.views.event_keys import ShownEvent
from workcell.views.session_events import SessionEvents

LAST = 50
"""Events that are shown without being asked for more."""

NOTEWORTHY = (
    "attempt.started",
    "attempt.failed-to-start",
    "attempt.ended",
    "user.prompt",
    "turn.completed",
    "approval.requested",
    "approval.resolved",
    "error",
    "limit",
    "message.accepted",
    "message.refused",
    "message.received",
    "message.removed",
    "message.edited",
    "message.released",
    "proposal.decided",
    "proposal.ended",
    "annotation",
    "stop.requested",
    "verify.ended",
    "recovered",
    "access.refused",
    "run.held",
    "run.released",
    "run.scheduled",
    "run.tampered",
    "run.ended",
)
"""Kinds of events that are told. Of a sub-agent nothing is."""
CHANGES = ("message.removed", "message.edited", "message.released")
"""Of these the runs concerned have copies, which name the run of the inbox (`to`)."""


@dataclass(frozen=True)
class Request:
    follow: bool = False
    """Go on with what happens, until it is interrupted."""
    last: int = LAST
    """Only so many of the last ones; with `follow` so many before those that come."""
    since: float | None = None
    """Only what happened in the last so many seconds."""
    tools: bool = False
    """Also the calls of tools."""
    only_runs: bool = False
    """Only what happens in runs. Else also in sessions that no run began and that changed in the last day, or `since`:
    at most the 50 that were written to last."""


def perform(cell: Cell, request: Request) -> Iterator[ShownEvent]:
    """The operation `feed`. Looks only."""
    kinds = (*NOTEWORTHY, "tool.call") if request.tools else NOTEWORTHY
    asked = events.Request(follow=request.follow, limit=request.last, kind=kinds, all_runs=True)
    since = "" if request.since is None else clock.stamp(cell.clock() - request.since)
    outside = None if request.only_runs else SessionEvents(cell, kinds, request.since)
    found = events.Stream(asked, None, cell.home, outside)
    return (event for event in found if event["at"] >= since and _tells(event))


def _tells(event: ShownEvent) -> bool:
    data = event.get("data") or {}
    if isinstance(data, dict) and data.get("side"):
        return False
    if event["type"] in CHANGES and "to" in event:
        return False
    return event["type"] != "limit" or (isinstance(data, dict) and data.get("status") == "rejected")
