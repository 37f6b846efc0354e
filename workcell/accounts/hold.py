"""hold and release: keeping the watchdog away from a run, and letting a run and its account go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base.errors import Refused
from workcell.rundir import find, look, phase, spool
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class HoldRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    seconds: float | None = None
    """How long; until `release` without it."""
    why: str | None = None
    """A word for the one who looks at it later."""


@dataclass(frozen=True)
class Held:
    id: str
    held: bool
    until_at: str | None
    """When the hold ends by itself."""


@dataclass(frozen=True)
class HeldAll:
    """Of several runs."""

    runs: list[Held]
    failed: list[dict[str, str | int | None]]
    """Runs for which it failed: `run`, `error`, `code`, `exit`, `hint`."""


@dataclass(frozen=True)
class ReleaseRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Released:
    id: str
    released: tuple[str, ...]
    """What was let go: `run`, `account`."""
    account: str | None
    """The account of the run."""


@dataclass(frozen=True)
class ReleasedAll:
    """Of several runs."""

    runs: list[Released]
    failed: list[dict[str, str | int | None]]
    """Runs for which it failed: `run`, `error`, `code`, `exit`, `hint`."""


def perform_hold(cell: Cell, request: HoldRequest) -> Held:
    """The operation `hold`. Raises what `find.run` raises for a run that cannot be found."""
    done = hold(find.run_to_change(cell.home, request.run), request.seconds, request.why)
    return Held(done.id, True, done.hold["until_at"] if done.hold else None)


def perform_release(cell: Cell, request: ReleaseRequest) -> Released:
    """The operation `release`. Raises what `find.run` raises for a run that cannot be found."""
    done = release(cell.home, find.run_to_change(cell.home, request.run))
    return Released(done.id, done.released, done.account)


if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Result:
    id: str
    hold: schema.RunHold | None
    """The hold that stands on the run now."""
    account: str | None
    released: tuple[str, ...]
    """What was let go: `run`, `account`."""


def hold(run: str, seconds: float | None = None, why: str | None = None) -> Result:
    """Keep the watchdog away from the run, for `seconds` or until `release`. Its agent is not touched.

    Refused for a run that is over: no watchdog acts on it.
    """
    seen = look.at(run)
    if seen.phase == phase.DONE:
        raise Refused(f"{seen.id} is over: there is nothing to hold", f"workcell status {seen.id}")
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
