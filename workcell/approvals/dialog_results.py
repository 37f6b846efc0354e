"""Writes down what came of the answers that rules had typed into dialogs, from the run: its inbox and its events.

It is called by the `_attend` of the run, and by the tick where no `_attend` is at work on it. Each may be killed at any
call: a line without a result is found again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workcell.approvals import journal
from workcell.base import clock, probe
from workcell.rundir import approval_lines, attending, events, inbox, layout, locks, look, phase, vocabulary

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import RuleResult

RECENT = 1 << 20
"""Bytes at the end of the events in which the end of the wait is looked for."""

LATE = 600.0
"""Seconds after which an answer that was taken has come to nothing that anyone saw."""


def settle(home: str, lines: Sequence[schema.ApprovalLine], now: float) -> list[str]:
    """Write the results that are known of these lines; what was written, in words."""
    did: list[str] = []
    for line in lines:
        came = result_of(home, line, now)
        if came is not None and journal.told(home, line, came):
            did.append(f"{line['run']}: the dialog that a rule answered: {came.result}")
    return did


def by_tick(home: str, now: float) -> list[str]:
    """As `settle`, for every answer without a result of the home but those of runs that `_attend` is at work on."""
    lines = approval_lines.unsettled(home, None, approval_lines.RECENT)
    return settle(home, [line for line in lines if not _attended(home, line["run"])], now)


def _attended(home: str, run: str) -> bool:
    """Whether `_attend` is at work on the run, or that could not be asked."""
    return locks.held(attending.paths(os.path.join(home, layout.RUNS, run))[0]) != probe.NO


def result_of(home: str, line: schema.ApprovalLine, now: float) -> journal.Result | None:
    """What came of one answer; None while that is not known. For who knows that its `_attend` is not at work any more,
    or has posted it."""
    run = os.path.join(home, layout.RUNS, line["run"])
    if not os.path.isdir(run):
        return journal.Result("gone", "the run was removed")
    state, said = inbox.state(run, f"{line.get('message')}.json")
    if state == inbox.REMOVED:
        return journal.Result("refused", "it was taken out before it was typed")
    if state == inbox.REFUSED:
        return journal.Result("refused", (said.get("why") if said else None) or "it was not taken")
    seen = look.at(run)
    runs = seen.phase == phase.RUNNING and seen.n == line["attempt"]
    if state == inbox.QUEUED:
        return None if runs else journal.Result("refused", "the attempt ended before it was typed")
    decision = _decision(run, line)
    if decision is not None:
        return journal.Result(decision)
    if state is None:
        return journal.Result("refused", "no message stands in the inbox: nothing was typed")
    old = now - clock.parse(line["at"]) > LATE
    return None if runs and not old else journal.Result("gone")


def _decision(run: str, line: schema.ApprovalLine) -> RuleResult | None:
    """How the wait ended that a rule answered after the line was written."""
    path = os.path.join(run, layout.EVENTS)
    try:
        start = max(0, os.stat(path).st_size - RECENT)
    except OSError:
        return None
    for _, event in events.read(path, start):
        if event is None or event.get("type") != "approval.resolved" or "ref" in event or event.get("by") != "rule":
            continue
        data = event.get("data")
        if event.get("attempt") == line["attempt"] and str(event.get("at")) >= line["at"] and isinstance(data, dict):
            decision: Any = data.get("decision")
            found: RuleResult = decision if decision in vocabulary.DECISIONS else "gone"
            return found
    return None
