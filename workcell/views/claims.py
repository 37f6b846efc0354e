"""claims: which run edits which paths of a working tree, and which waits for one."""

from __future__ import annotations

import os
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import NotFound
from workcell.cleaning.clean import Cleaner
from workcell.git import repository
from workcell.rundir import claim_waits, claims, find, layout, look
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """The run in whose tree; null: inside a run that run, elsewhere the tree around the caller's directory."""


@dataclass(frozen=True)
class Claimed:
    """A claim that is in force."""

    path: str
    """Relative to the top of the tree; `.` is the whole tree."""
    run: str
    name: str | None
    attempt: int
    why: str | None
    until: str | None
    """When it ends; null where it ends with its attempt."""
    at: str
    auto: bool
    """Whether it was taken for an edit, and ends with the turn."""


@dataclass(frozen=True)
class Waiting:
    """A run that waits for claims of others."""

    run: str
    paths: list[str]
    holders: list[str]
    """Ids of the runs that it waits for."""
    at: str


@dataclass(frozen=True)
class Result:
    tree: str
    """The top of the working tree."""
    claims: list[Claimed]
    """Those in force, by path."""
    waiting: list[Waiting]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `claims`. Looks only. Raises what `top_of` raises."""
    return of(cell.home, top_of(cell, request.run), cell.clock())


def top_of(cell: Cell, run: str | None) -> str:
    """The top of the tree that is meant, see `Request.run`.

    Raises what `find.run` raises, and NotFound for a run whose tree is not known.
    """
    if run is None and cell.caller.inside and layout.home_of(cell.caller.runs[0]) == os.path.realpath(cell.home):
        run = cell.caller.id
    if run is None:
        found = repository.find(cell.directory)
        return os.path.realpath(found.top if found is not None and not found.bare else cell.directory)
    seen = look.at(find.run(cell.home, run))
    if seen.attempt is None:
        raise NotFound(f"the tree of {seen.id} is not known: its attempt cannot be read", f"workcell fsck {seen.id}")
    return seen.attempt["cwd"]


def of(home: str, top: str, now: float) -> Result:
    """What is claimed in the tree at `top` at the epoch time `now`; nothing where it is gone."""
    try:
        tree = claims.Tree(home, top)
    except OSError:
        return Result(top, [], [])
    clean, stamp = Cleaner(), clock.stamp(now)
    found = [
        Claimed(
            path=clean.line(claim["path"]),
            run=claim["run"],
            name=find.name_of(find.path_of(home, claim["run"])),
            attempt=claim["attempt"],
            why=clean.line(claim["why"]) if claim["why"] else None,
            until=claim["until"],
            at=claim["at"],
            auto=claim.get("auto") is True,
        )
        for claim in claims.stored(tree)
        if claims.in_force(home, claim, stamp)
    ]
    waits = [
        Waiting(wait["run"], [clean.line(path) for path in wait["paths"]], wait["holders"], wait["at"])
        for wait in claim_waits.waiting(tree)
    ]
    return Result(top, found, waits)
