"""others and alone: the other runs that work in a tree."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound
from workcell.rundir import find, layout, lease
from workcell.rundir.cell import Cell
from workcell.views import claims, ls
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """The run in whose tree; null: inside a run that run, elsewhere the tree around the caller's directory."""


@dataclass(frozen=True)
class Result:
    tree: str
    """The top of the working tree."""
    runs: list[schema.Status]
    """Status documents of the runs that have the tree and are not done, without the run itself that was named."""


@dataclass(frozen=True)
class Alone:
    tree: str
    """The top of the working tree."""
    alone: bool
    """Whether no other run has the tree."""
    runs: list[str]
    """Ids of those that have it."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `others`. Looks only. Raises what `claims.top_of` raises."""
    top = claims.top_of(cell, request.run)
    return Result(top, documents(cell, top, _itself(cell, request.run)))


def perform_alone(cell: Cell, request: Request) -> Alone:
    """The operation `alone`. Looks only. Raises what `claims.top_of` raises."""
    top = claims.top_of(cell, request.run)
    found = beside(cell.home, top, _itself(cell, request.run))
    return Alone(top, not found, found)


def beside(home: str, top: str, run: str | None) -> list[str]:
    """Ids of the runs that have the tree and are not done, without `run`; none where the tree is gone.

    One that cannot be asked about counts as one that is not done.
    """
    try:
        return [one for one in lease.runs_in(home, top, lambda other: _is_live(home, other)) if one != run]
    except NotFound:
        return []


def documents(cell: Cell, top: str, run: str | None) -> list[schema.Status]:
    """The status documents of the same."""
    around = Surroundings(cell.home, cell.clock())
    paths = [find.path_of(cell.home, one) for one in beside(cell.home, top, run)]
    return [ls.document(around, path) for path in paths if os.path.isdir(path)]


def _is_live(home: str, run: str) -> bool:
    try:
        return find.is_live(home, run)
    except OSError:
        return True


def _itself(cell: Cell, run: str | None) -> str | None:
    if run is not None:
        return os.path.basename(find.run(cell.home, run))
    own = cell.caller.inside and layout.home_of(cell.caller.runs[0]) == os.path.realpath(cell.home)
    return cell.caller.id if own else None
