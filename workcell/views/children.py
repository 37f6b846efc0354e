"""children: the runs that were launched from inside of a run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound
from workcell.rundir import child_index, find
from workcell.rundir.cell import Cell
from workcell.views import ls
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    run: str = find.SELF
    """An id, a name, a unique prefix, a path, or `-` for the newest run; `self` is the run around the caller."""
    all: bool = False
    """Also the children of children, and so on."""


@dataclass(frozen=True)
class Result:
    run: str
    """Id of the run whose children these are."""
    runs: list[schema.Status]
    """Status documents of the children, oldest first; with `all`, each before its own children."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `children`. Looks only; a child that was removed is not among them.

    Raises NotFound for a caller outside of all runs that names none, and what `find.run` raises.
    """
    if request.run == find.SELF and not cell.caller.inside:
        raise NotFound(
            "whose children? This was not called from inside a run",
            "workcell children -, for the newest run; 'workcell ls --tree' shows which ones have any",
        )
    run = os.path.basename(find.run(cell.home, request.run))
    return Result(run, of(cell.home, run, cell.clock(), everything=request.all))


def of(home: str, run: str, now: float, *, everything: bool = False) -> list[schema.Status]:
    """The status documents of the children of the run of that id at the epoch time `now`."""
    ids = child_index.descendants(home, run) if everything else child_index.of(home, run)
    around = Surroundings(home, now)
    paths = [find.path_of(home, child) for child in ids]
    return [ls.document(around, path) for path in paths if os.path.isdir(path)]
