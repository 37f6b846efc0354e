"""Holds that playbooks put on a run or on its account, and end: the same after an attempt as on a live run."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from workcell.accounts import holds
from workcell.base import clock
from workcell.judgement.ending import Hold
from workcell.rundir import layout, look, run_hold, spool

if TYPE_CHECKING:
    from workcell.rundir import schema


class Put(Enum):
    """What came of a hold that was asked for."""

    NEW = "held"
    STANDING = "held already"
    NO_ACCOUNT = "not held: the run spends from no account that is known"


def put(seen: look.Look, hold: Hold, why: str, playbook: str) -> Put:
    """Put the hold. One that stands is only made longer, and counts as NEW for the attempt that put it."""
    by: schema.HoldBy = {"run": seen.id, "attempt": seen.n, "playbook": playbook}
    until_at = clock.stamp(hold.until_at) if hold.until_at is not None else None
    if hold.scope != "account":
        holds.put_by_playbook(seen.run, until_at, why, {"who": "playbook", **by})
        return Put.NEW
    home = layout.home_of(seen.run)
    name = holds.account(seen.run, seen.attempt)
    if name is None:
        return Put.NO_ACCOUNT
    signed = holds.print_of(seen.run, seen.attempt)
    what: holds.Wish = {"until": hold.until, "until_at": until_at, "why": why, "by": by, "login": signed}
    if holds.put(home, name, what):
        return Put.NEW
    standing = holds.held(home, name)
    return Put.NEW if standing is not None and standing.get("by") == by else Put.STANDING


def release_run(seen: look.Look, playbook: str) -> bool:
    """End the hold that a playbook put on the run; whether there was one. A person's own hold stays."""
    standing = run_hold.standing(seen.run)
    by: Any = standing.get("by") if standing else None
    if not by or not by.get("playbook") or not holds.lift_from_run(seen.run):
        return False
    spool.note(seen.run, "run.released", by=f"playbook:{playbook}", released=["run"])
    return True


def release_account(seen: look.Look, now: float) -> str | None:
    """End a hold on the run's account that lasts until a reset; None when that was done, else why it was not."""
    home = layout.home_of(seen.run)
    account = holds.account(seen.run, seen.attempt) if seen.attempt else None
    found = holds.held(home, account, now)
    if account is None or found is None:
        return "the account is not held"
    if found.get("until") != "resets":
        return f"the account is held until: {found.get('until')}"
    return None if holds.lift(home, account) else "the account is not held"
