"""The operation doctor, in this room since it may ask in the environment that the timer of the watchdog gives."""

from dataclasses import dataclass, field

from workcell.evidence import capture_health
from workcell.rundir.cell import Cell
from workcell.upkeep import doctor, doctor_capture, doctor_cron, doctor_line
from workcell.watch.timers import command


@dataclass(frozen=True)
class Request:
    in_timer: bool = False
    """Ask in the environment that the timer of the watchdog gives."""
    capture: bool = False
    """Look at the reading of agents' records instead, run by run."""


@dataclass(frozen=True)
class Result:
    level: str
    """The worst level: `ok`, `warn` or `fail`."""
    lines: list[doctor_line.Line]
    capture: list[capture_health.CaptureHealth] = field(default_factory=list)
    """With `capture`: the reading of each run that is not over, or ended in the last day."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `doctor`. What cannot be asked is a line that says so."""
    if request.capture:
        health = capture_health.of_home(cell.home, cell.clock())
        shown = list(doctor_capture.lines(health, cell.clock()))
        return Result(doctor_line.worst(shown), shown, health)
    if request.in_timer:
        found = doctor_cron.doctor(cell.home, command.environment(cell.home), command.words())
    else:
        found = doctor.doctor(cell.home)
    return Result(doctor_line.worst(found), found)
