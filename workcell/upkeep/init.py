"""init: a home, and rules for a repository after a look at it."""

import os
from dataclasses import dataclass

from workcell.base.errors import NotFound, Refused
from workcell.git import repository
from workcell.launch import briefs
from workcell.rundir import home_creation as homes
from workcell.rundir.cell import Cell
from workcell.texts import compose
from workcell.texts import project_rules as supervisor
from workcell.trust import acceptance, repository_files
from workcell.upkeep import detect_project


@dataclass(frozen=True)
class Request:
    repo: str | None = None
    """The repository; the one around the directory of the cell without it."""


@dataclass(frozen=True)
class Result:
    home: str
    home_made: bool
    top: str | None
    """The repository; None where there is none."""
    supervisor: str | None
    written: bool
    """Whether SUPERVISOR.md was written now; one that was there is left as it is."""
    tests: list[str]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `init`: make the home, and write SUPERVISOR.md at the top of the repository unless one is there.

    `request.repo` must be in a git repository; without it the one around the cell's directory is taken, if any.
    """
    home = cell.home
    made = not os.path.isdir(os.path.join(home, "runs"))
    homes.ensure(home)
    top = _top(request.repo, cell.directory)
    if top is None:
        return Result(home, made, None, None, False, [])
    path = os.path.join(top, supervisor.FILE)
    if os.path.lexists(path):
        return Result(home, made, top, path, False, [])
    found = detect_project.look(top)
    briefs.write_new(path, compose.render("supervisor.md.j2", {"found": found}, home))
    tree = repository.find(top)
    # what this command wrote was asked for by a person and is shown to them: nothing of it is a stranger's
    keys = repository_files.keys_of(supervisor.read(top))
    if keys:
        bring = repository_files.Brought(top, {}, keys)
        acceptance.accept(home, acceptance.place_of(top, tree), bring, acceptance.remote_of(tree))
    return Result(home, made, top, path, True, [command for command, _ in found.tests])


def _top(repo: str | None, here: str) -> str | None:
    where = os.path.abspath(repo) if repo is not None else here
    if not os.path.isdir(where):
        raise NotFound(f"no directory {where!r}", "check the path")
    tree = repository.find(where)
    if tree is None:
        if repo is not None:
            raise NotFound(f"{where!r} is not in a git repository", f"git init {where}")
        return None
    if tree.bare:
        raise Refused(f"{tree.top} is a bare repository: there is no tree to lay rules down for", "name a working tree")
    return tree.top
