"""ack: a person says that the end of a run was seen, so that no list shows it as new or as needed any more."""

from __future__ import annotations

from dataclasses import dataclass

from workcell.base.errors import NotFound, Refused, Usage
from workcell.rundir import acks, find, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.views import ls


@dataclass(frozen=True)
class Request:
    """The runs to acknowledge: those named, and those that a group or labels name and that are over."""

    runs: tuple[str, ...] = ()
    """Each an id, a name, a unique prefix, a path, or `-` for the newest run."""
    group: str | None = None
    """Also every run of this group that is over."""
    label: tuple[str, ...] = ()
    """Also every run with all of these labels that is over."""


@dataclass(frozen=True)
class Acknowledged:
    """One run."""

    id: str
    attempt: int
    outcome: str | None
    new: bool
    """Whether it was not acknowledged before."""


@dataclass(frozen=True)
class Result:
    runs: list[Acknowledged]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `ack`. Nothing is acknowledged unless all runs that were named can be.

    Raises what `find.run` raises, Refused for a named run that is not over, Usage where no run is named, NotFound
    where group and labels name none.
    """
    paths = [find.run(cell.home, word) for word in request.runs]
    looks = [look.at(path) for path in dict.fromkeys(paths)]
    for seen in looks:
        if seen.phase != phase.DONE:
            raise Refused(f"{seen.id} is not over: it is {seen.phase}", f"workcell status {seen.id}")
    if request.group is not None or request.label:
        wanted = ls.Request(group=request.group, label=request.label, unseen=True)
        found = ls.listed(cell.home, wanted, cell.clock()).runs
        looks += [look.at(find.path_of(cell.home, run["id"])) for run in found]
        if not looks:
            raise NotFound("no run that is over, and not acknowledged, fits", "workcell ls --unseen")
    if not looks:
        raise Usage("no run to acknowledge", "workcell ack RUN, or workcell ls --unseen")
    return Result([_acknowledge(seen) for seen in {seen.id: seen for seen in looks}.values()])


def _acknowledge(seen: look.Look) -> Acknowledged:
    new = acks.place(layout.home_of(seen.run), seen.id, seen.n)
    return Acknowledged(seen.id, seen.n, seen.outcome, new)
