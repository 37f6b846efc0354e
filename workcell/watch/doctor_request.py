"""The operation doctor, in this room since it may ask in the environment that the timer of the watchdog gives."""

from dataclasses import dataclass

from workcell.rundir.cell import Cell
from workcell.upkeep import doctor, doctor_cron, doctor_line
from workcell.watch.timers import command


@dataclass(frozen=True)
class Request:
    in_timer: bool = False
    """Ask in the environment that the timer of the watchdog gives."""


@dataclass(frozen=True)
class Result:
    level: str
    """The worst level: `ok`, `warn` or `fail`."""
    lines: list[doctor_line.Line]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `doctor`. What cannot be asked is a line that says so."""
    if request.in_timer:
        found = doctor_cron.doctor(cell.home, command.environment(cell.home), command.words())
    else:
        found = doctor.doctor(cell.home)
    return Result(doctor_line.worst(found), found)
