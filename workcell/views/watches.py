"""watches: which runs want to be told of which, and until when."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.rundir import find, look
from workcell.rundir import watches as files
from workcell.rundir.cell import Cell
from workcell.rundir.status import state_of

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """The run whose watches are meant: an id, a name, a unique prefix, a path, or `-` for the newest run. Without one,
    inside a run that run, and outside every run of the home."""
    all: bool = False
    """Those of every run, also inside a run."""


@dataclass(frozen=True)
class Row:
    """One open watch."""

    id: str
    run: str
    """Id of the run that is watched."""
    state: str
    """How that run stands, in the word of lists, without a look at what its agent does; `gone` where there is none."""
    by: str
    """Id of the run that is told."""
    wanted: Literal["done", "attention", "idle"]
    """`done`: it is over. `attention`: it is over or needs a person. `idle`: it is over or has ended its turn."""
    at: str
    due_at: str | None
    """When it is told in any case; null without a time."""


@dataclass(frozen=True)
class Result:
    watches: list[Row]
    """Oldest first."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `watches`. Looks only."""
    if request.run is not None:
        return Result(of(cell.home, os.path.basename(find.run(cell.home, request.run))))
    return Result(of(cell.home, cell.caller.id if cell.caller.inside and not request.all else None))


def of(home: str, watcher: str | None) -> list[Row]:
    """The open watches of the run of that id, or of all."""
    return [_row(home, one) for one in files.every(home) if watcher in (None, one["by"]["run"])]


def _row(home: str, one: schema.Watch) -> Row:
    path = find.path_of(home, one["run"])
    state = state_of(look.at(path), None) if os.path.isdir(path) else "gone"
    return Row(one["id"], one["run"], state, one["by"]["run"], one["wanted"], one["at"], one["due_at"])
