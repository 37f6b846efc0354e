"""skill: putting SKILL.md where agents look for it."""

import os
from dataclasses import dataclass

from workcell.agents import registry
from workcell.base.errors import CannotCreate, Refused, Usage
from workcell.rundir.cell import Cell
from workcell.texts import search_path
from workcell.upkeep import recipe_catalog

NAME, FILE = "workcell", "SKILL.md"

SHARED = "agents"
"""The name of the place that is not one program's own."""


@dataclass(frozen=True)
class ShowRequest:
    """The skill as it is shipped."""


@dataclass(frozen=True)
class Shown:
    text: str


@dataclass(frozen=True)
class Request:
    agent: str = "agents"
    """`agents`, or the name of the agent that is to find the skill."""
    directory: str | None = None
    """Another directory of skills."""
    user: bool = False
    """For all repositories, in the home directory of the user."""
    force: bool = False
    """Replace a file that differs."""


@dataclass(frozen=True)
class Result:
    path: str
    state: str
    """`written`, `replaced`, or `same` when it was there already."""


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `skill show`."""
    return Shown(text())


def perform(cell: Cell, request: Request) -> Result:
    """The operation `skill install`. Raises Usage for an agent that there is not, and what `install` raises."""
    known = places()
    if request.agent not in known:
        raise Usage(f"no such agent: {request.agent!r}", f"--agent {', '.join(known)}; others: --dir DIR")
    return install(request.agent, directory=request.directory, user=request.user, force=request.force)


def places() -> dict[str, str]:
    """Where agents look for skills, below a repository or the home directory, by name; the shared place first."""
    return {SHARED: ".agents", **{agent.name: agent.skills for agent in registry.every() if agent.skills}}


def text() -> str:
    """SKILL.md as it is shipped."""
    with open(search_path.single(FILE), encoding="utf-8") as file:
        return file.read()


def place(agent: str, directory: str | None, user: bool) -> str:
    """Where the skill goes: below `directory`, in the repository around us, or, without one or for `user`, at home."""
    if directory is not None:
        return os.path.join(os.path.abspath(directory), NAME)
    top = None if user else recipe_catalog.project()
    return os.path.join(top or os.path.expanduser("~"), places()[agent], "skills", NAME)


def install(agent: str, *, directory: str | None = None, user: bool = False, force: bool = False) -> Result:
    """Write the skill. Refused when a file that differs is there, unless `force`; CannotCreate when it cannot be."""
    target = os.path.join(place(agent, directory, user), FILE)
    wanted = text()
    state = "written"
    try:
        try:
            with open(target, encoding="utf-8", errors="surrogateescape") as file:
                there = file.read()
        except FileNotFoundError:
            pass
        else:
            if there == wanted:
                return Result(target, "same")
            if not force:
                raise Refused(f"{target} is there and differs", "look at it; --force replaces it")
            state = "replaced"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        temporary = f"{target}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(wanted)
        os.rename(temporary, target)
    except OSError as error:
        raise CannotCreate(f"cannot write {target}: {error.strerror}", "name another place with --dir") from error
    return Result(target, state)
