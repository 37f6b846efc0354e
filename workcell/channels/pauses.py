"""Pauses of adapters that a person asked for: what is posted meanwhile waits, and nothing of it is lost.

`outbox/paused/NAME` holds the time at which the pause ends, as of `clock.stamp`; an empty file pauses until it is
removed.
"""

import os
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.channels import added
from workcell.rundir import home_creation, notice, seal
from workcell.rundir.cell import Cell
from workcell.texts import adapter

PAUSED = "paused"


@dataclass(frozen=True)
class PauseRequest:
    name: str
    """The adapter, as `notify ls` names it."""
    length: float | None = None
    """Seconds; without it until `notify resume`."""


@dataclass(frozen=True)
class Paused:
    name: str
    until: str | None
    """When it ends by itself; null where only `notify resume` ends it."""


@dataclass(frozen=True)
class ResumeRequest:
    name: str
    """The adapter, as `notify ls` names it."""


@dataclass(frozen=True)
class Resumed:
    name: str
    was_paused: bool


def perform_pause(cell: Cell, request: PauseRequest) -> Paused:
    """The operation `notify pause`. A second one replaces the first. NotFound for a name that there is not."""
    name = _name(cell.home, request.name)
    if request.length is not None and request.length <= 0:
        raise Usage("a pause needs a length above zero", "write it like 2h")
    until = clock.stamp(cell.clock() + request.length) if request.length is not None else None
    home_creation.ensure(cell.home)
    folder = os.path.join(notice.box(cell.home), PAUSED)
    os.makedirs(folder, 0o700, exist_ok=True)
    seal.replace(folder, name, f"{until}\n".encode() if until else b"")
    return Paused(name, until)


def perform_resume(cell: Cell, request: ResumeRequest) -> Resumed:
    """The operation `notify resume`. What waits goes out with the next sender, a minute later at most."""
    name = _name(cell.home, request.name)
    stood = standing(cell.home, name, cell.clock())
    try:
        os.unlink(os.path.join(notice.box(cell.home), PAUSED, name))
    except FileNotFoundError:
        pass
    return Resumed(name, stood is not None)


def standing(home: str, name: str, now: float) -> str | None:
    """The end of a pause that holds at `now`, `resume` for one without an end; None where there is none.

    A file that says no time pauses: it is a person's wish that cannot be read whole.
    """
    try:
        with open(os.path.join(notice.box(home), PAUSED, name), encoding="utf-8", errors="replace") as file:
            until = file.read(100).strip()
    except OSError:
        return None
    try:
        return until if clock.parse(until) > now else None
    except ValueError:
        return "resume"


def _name(home: str, name: str) -> str:
    return adapter.load(added.find(home, name).path).name
