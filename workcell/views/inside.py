"""status without RUN, asked from inside a run: that run, the one that launched it, and those that it launched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.views import children, claims, ls, others, status, watches
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Result:
    """What an agent can ask about itself and its family."""

    me: status.Result
    """The run around the caller."""
    parent: schema.Status | None
    """The run that launched it; null where a person did, or where the parent was removed."""
    children: list[schema.Status]
    """The runs that it launched, oldest first."""
    others: list[schema.Status]
    """The other runs that work in its tree."""
    claims: list[claims.Claimed]
    """What runs claim in its tree, by path."""
    watches: list[watches.Row]
    """Its open watches, oldest first."""


def inside(cell: Cell) -> Result:
    """What `status` says to a caller inside a run. Looks only."""
    home, now = cell.home, cell.clock()
    me = status.of(find.path_of(home, cell.caller.id))
    above = find.path_of(home, me.parent["run"]) if me.parent is not None else None
    parent = ls.document(Surroundings(home, now), above) if above is not None and os.path.isdir(above) else None
    top = claims.top_of(cell, me.id)
    beside, claimed = others.documents(cell, top, me.id), claims.of(home, top, now).claims
    return Result(me, parent, children.of(home, me.id, now), beside, claimed, watches.of(home, me.id))
