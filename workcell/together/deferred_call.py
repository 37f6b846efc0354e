"""A person's yes or no to the call at which an attempt ended, and the attempt that it opens.

Invariants:
- The decision is on disk before the attempt is opened. Killed in between, the same verb again, `workcell resume` and
  the watchdog open it; it is told to the program once, whichever does.
- Holds stay: a run that is held, or whose account is, goes on when that is over.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.approvals import left_open
from workcell.base.errors import Refused, TryAgain
from workcell.cleaning import run_cleaner
from workcell.launch import resume
from workcell.rundir import deferred, inbox, look, needs, run_hold, spool
from workcell.rundir.cell import Cell
from workcell.system import tmux
from workcell.together import decided, send

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import RuleAnswer

_SAID = {"allow": "allowed", "deny": "denied"}


def answer(
    cell: Cell, seen: look.Look, call: schema.DeferredCall, *, allow: bool, why: str | None = None
) -> send.Result:
    """Decide about the call, and go on with the run. Refused where the opposite was decided before.

    `why` is the reason of a no, which the agent is told.
    """
    cell.progress("asked", run_cleaner.of_run(seen.run).mask(needs.asked(call)))
    wanted: RuleAnswer = "allow" if allow else "deny"
    before = deferred.decision_of(cell.home, seen.id, call["id"])
    line = before or left_open.decide(seen, call, wanted, why)
    said = _SAID[line["answer"]]
    if line["answer"] != wanted:
        raise Refused(decided.in_words(seen, line), f"workcell resume {seen.id}")
    if before is None:
        _note(seen, line, said)
    else:
        said = f"{said} before, at {line['at']}"
    why_not = _held(cell.home, seen)
    if why_not is not None:
        return send.Result(seen.id, line["id"], inbox.QUEUED, f"{said}; {why_not}")
    try:
        done = resume.resume(request(cell.home, seen, line))
    except TryAgain as error:
        if look.at(seen.run).n == seen.n:
            raise
        return send.Result(seen.id, line["id"], inbox.ACCEPTED, f"{said}; {error.message}")
    return send.Result(seen.id, line["id"], inbox.ACCEPTED, f"{said}; attempt {done.attempt} {_follows(line)}")


def _note(seen: look.Look, line: schema.ApprovalLine, said: str) -> None:
    """Tell of the decision in the events of the run."""
    told: dict[str, object] = {
        "id": f"approval.resolved:{line['id']}",
        "attempt": seen.n,
        "source": "message",
        "by": "person",
        "data": {"call": line["call"], "decision": said, "through": "answer"},
    }
    why = line.get("why")
    spool.note(seen.run, "approval.resolved", **told, **({"why": why} if why else {}))


def _follows(line: schema.ApprovalLine) -> str:
    """What the next attempt does."""
    if line["answer"] == "allow":
        return "goes on with it"
    told = f": {line['why']}" if line.get("why") else ", and to do it otherwise or leave it"
    return f"goes on without it: the call is not made, and the agent is told that a person said no{told}"


def request(home: str, seen: look.Look, line: schema.ApprovalLine) -> resume.Request:
    """What opens the attempt that goes on by that decision."""
    return resume.Request(
        home,
        seen.run,
        native=True,
        attempt=seen.n,
        window=os.path.exists(tmux.server_of(home).socket),
        by={"who": deferred.APPROVAL, "decision": line["id"]},
    )


def _held(home: str, seen: look.Look) -> str | None:
    """Why the run does not go on at once, with what lets it."""
    if run_hold.standing(seen.run) is not None:
        return f"it goes on once it is held no more: workcell release {seen.id}"
    hold = holds.held(home, holds.account(seen.run, seen.attempt))
    return f"it goes on when its account is held no more: {hold['why']}" if hold is not None else None
