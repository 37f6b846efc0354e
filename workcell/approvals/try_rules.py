"""approvals test: which rule would fire for a command, or for a tool that names a file."""

import os
from dataclasses import dataclass, field

from workcell.approvals import decide, lint_rules, rules, shell
from workcell.approvals.request import of_call
from workcell.base.errors import NotFound, Usage
from workcell.git import repository
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.texts import config, search_path


@dataclass(frozen=True)
class Request:
    command: str | None = None
    """A command line, as an agent would give it to its shell."""
    tool: str | None = None
    """Name of the tool; `Bash` where a command is given."""
    path: str | None = None
    """The file that the tool names."""
    recipe: str | None = None
    """Recipe of the run; else that of config.yaml."""
    dir: str | None = None
    """Directory in the repository of the run; else that of the caller."""


@dataclass(frozen=True)
class Part:
    """One simple command of the command line."""

    command: str
    """Its words; `…` stands for one that an expansion makes."""
    risk: str
    answer: str | None
    """What the rules say to it alone; null: nothing."""
    rule: str | None
    """File and line of the rule that fires for it alone."""
    why: str | None


@dataclass(frozen=True)
class Result:
    answer: str | None
    """allow, deny or ask; null: no rule says anything, and the agent program decides as it would without rules."""
    risk: str
    rule: str | None
    """File and line of the rule that fires."""
    why: str | None
    unread: str | None
    """Why the command line cannot be allowed by any rule; null where it can be read whole."""
    parts: list[Part]
    rules: int
    """How many rules hold here."""
    notes: list[str] = field(default_factory=list)
    """Rules that are for recipes which there are not."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `approvals test`. Raises Faulty with every fault of the rules, NotFound for a recipe that there is
    not."""
    if (request.command is None) == (request.tool is None):
        raise Usage("name a command, or a tool", "workcell approvals test 'git push'")
    where = os.path.realpath(request.dir or cell.directory)
    if not os.path.isdir(where):
        raise NotFound(f"there is no directory {where!r}", "check the path")
    tree = repository.find(where)
    top = os.path.realpath(tree.top) if tree and not tree.bare else where
    if request.recipe is not None:
        search_path.find("recipes", request.recipe, top, cell.home)
    usual = config.read(os.path.join(cell.home, layout.CONFIG))["recipe"]
    read = rules.read(cell.home, top)
    pinned = read.pinned(top, request.recipe or usual, top)
    holding = [*pinned["home"], *pinned["repository"]] if pinned else []
    if request.command is not None:
        asked = of_call("Bash", {"command": request.command}, where, top)
    else:
        asked = of_call(request.tool, {} if request.path is None else {"file_path": request.path}, where, top)
    found = decide.decide(holding, asked)
    unread = decide.flat(shell.read(request.command))[1] if request.command is not None else asked.unread
    parts = [Part(line, one.risk, one.answer, one.where, one.why) for line, one in decide.singly(holding, asked)]
    notes = _unknown(cell.home, top, read)
    return Result(found.answer, found.risk, found.where, found.why, unread, parts, len(holding), notes)


def _unknown(home: str, top: str, read: rules.Both) -> list[str]:
    """The recipes in rules that there are not, in words."""
    known, found = lint_rules.recipes(home, top), []
    for part, path in ((read.home, rules.home_file(home)), (read.repository, rules.repository_file(top))):
        strange = lint_rules.unknown_recipes(part.rules, path, known)
        found += [str(one) for one in (*strange.faults, *strange.unknown)]
    return found
