"""Who asked for the stop of an attempt: a person, another run, a plan, or a playbook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.rundir import layout, look, maildir, orders

if TYPE_CHECKING:
    from workcell.rundir import schema


def as_ended(run: str, seen: look.Look) -> schema.Exit:
    """The exit record; where a playbook stopped the attempt, `how` says `reaped` instead: such an end is checked."""
    assert seen.exit is not None
    return seen.exit if stopped_by(run, seen) is None else {**seen.exit, "how": "reaped"}


def stopped_by(run: str, seen: look.Look) -> str | None:
    """The playbook that asked the runner to stop this attempt; None when a person did, or it was not stopped."""
    if seen.how != "stopped":
        return None
    asked = _stoppers(run, seen.n)
    if asked and all(who.startswith("playbook:") for who in asked):
        return asked[0].removeprefix("playbook:")
    return None


def stopper(run: str, n: int) -> str:
    """Who asked for the stop of attempt `n`, as words: the run that did so, where no person did."""
    return said_by([who for who in _stoppers(run, n) if not who.startswith("playbook:")])


def said_by(asked: list[str]) -> str:
    """`a person`, or the run or plan that asked, of the words `by` of requests."""
    if asked and all(who.startswith("plan:") for who in asked):
        return f"the plan {asked[0].removeprefix('plan:')}"
    if asked and all(who.startswith("run:") for who in asked):
        return f"run {asked[0].removeprefix('run:').rpartition('/')[0]}"
    return "a person"


def _stoppers(run: str, n: int) -> list[str]:
    """`by` of every order, or of a run without a ledger every message, to stop attempt `n`."""
    if orders.needed(run):
        return [str(one.get("by")) for one in orders.stops(run, n)]
    return _asked(run, n)


def _asked(run: str, n: int) -> list[str]:
    """The askers for a stop of attempt `n` of a run without a ledger."""
    box = os.path.join(run, layout.INBOX)
    found = []
    for part in (maildir.CUR, maildir.NEW):
        for name in maildir.waiting(box, part):
            message = maildir.read(box, name, part) or {}
            if message.get("kind") == "stop" and message.get("attempt") == n:
                found.append(str(message.get("by")))
    return found
