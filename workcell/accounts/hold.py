"""hold and release: keeping the watchdog away from a run, and letting a run and its account go on."""

from dataclasses import dataclass
from typing import Any

from workcell.accounts import holds
from workcell.rundir import look, spool


@dataclass(frozen=True)
class Result:
    id: str
    hold: dict[str, Any] | None
    """The hold that stands on the run now."""
    account: str | None
    released: tuple[str, ...]
    """What was let go: `run`, `account`."""


def hold(run: str, seconds: float | None = None, why: str | None = None) -> Result:
    """Keep the watchdog away from the run, for `seconds` or until `release`. Its agent is not touched."""
    seen = look.at(run)
    placed = holds.put_on_run(run, seconds, why, {"who": "person"})
    spool.note(run, "run.held", by="person", until_at=placed["until_at"], why=why)
    return Result(seen.id, placed, None, ())


def release(home: str, run: str) -> Result:
    """Let the run go on, and every run of its account with it."""
    seen = look.at(run)
    released = []
    if holds.lift_from_run(run):
        released.append("run")
    account = holds.account(run, seen.attempt) if seen.attempt else None
    if account is not None and holds.lift(home, account):
        released.append("account")
    if released:
        spool.note(run, "run.released", by="person", released=released)
    return Result(seen.id, None, account, tuple(released))
