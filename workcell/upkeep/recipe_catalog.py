"""recipe: lists recipes, shows one with the recipes that it extends, and checks the files of recipes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import Usage, WorkcellError
from workcell.git import repository
from workcell.launch import launch, shell_script
from workcell.launch.options import Options
from workcell.rundir.cell import Cell
from workcell.texts import document, fields, recipe, search_path
from workcell.texts.document import Fault, Faulty

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class LsRequest:
    """The recipes that can be used in the current directory."""


@dataclass(frozen=True)
class Row:
    """One recipe in the list."""

    name: str
    summary: str | None
    """Its own summary, or why it cannot be read."""
    io: str | None
    """`terminal` or `file`; null for one that leaves it to the recipe that it extends."""
    origin: str
    path: str


@dataclass(frozen=True)
class Listed:
    recipes: list[Row]
    ignored: list[str]
    """Files of the repository that are not used, a line each."""


@dataclass(frozen=True)
class ShowRequest:
    name: str
    sh: bool = False
    """The shell commands that do with `brief` what a launch would do."""
    brief: str | None = None
    """With `sh`: the path of the brief."""
    repo: str | None = None
    """With `sh`: the working tree."""


@dataclass(frozen=True)
class Shown:
    name: str
    values: schema.RecipeValues
    """All keys, with all that the recipe extends filled in."""
    origins: list[str]
    """The files that the values came from."""
    sources: dict[str, str]
    """File and line of each key."""
    text: str
    """The same as YAML."""


@dataclass(frozen=True)
class ByHand:
    name: str
    sh: str
    """A shell script."""


@dataclass(frozen=True)
class LintRequest:
    files: tuple[str, ...]
    """Paths of recipe files."""


@dataclass(frozen=True)
class LintResult:
    faults: list[str]
    """Every fault, a line each."""


def perform_ls(cell: Cell, request: LsRequest) -> Listed:
    """The operation `recipe ls`."""
    ignored: list[str] = []
    return Listed(ls(cell.home, ignored.append), ignored)


def perform_show(cell: Cell, request: ShowRequest) -> Shown | ByHand:
    """The operation `recipe show`. Raises Usage for `sh` without a brief, and NotFound for a name that there is not."""
    if not request.sh:
        return show(cell.home, request.name)
    if request.brief is None:
        raise Usage("--sh needs a brief", f"workcell recipe show {request.name} --sh --brief BRIEF.md")
    return ByHand(request.name, by_hand(cell, request.name, request.brief, request.repo))


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `recipe lint`."""
    return LintResult(lint(cell.home, list(request.files)))


def project() -> str | None:
    """The repository around the current directory, whose own recipes come first."""
    try:
        tree = repository.find(os.getcwd())
    except WorkcellError:
        return None
    return tree.top if tree and not tree.bare else None


def ls(home: str, ignored: Callable[[str], None] | None = None) -> list[Row]:
    """Every recipe. Files of the repository that are not used go to `ignored`."""
    rows = []
    for found in search_path.items("recipes", project(), home, ignored=ignored):
        try:
            front = recipe.load(found).front
        except WorkcellError as error:
            front = {"summary": f"cannot be read: {error.message}"}  # one bad file must not hide the others
        rows.append(
            Row(
                name=found.name,
                summary=front.get("summary") if isinstance(front.get("summary"), str) else None,
                io=front.get("io") or (None if front.get("extends") else recipe.DEFAULTS["io"]),
                origin=found.origin,
                path=found.path,
            )
        )
    return rows


def show(home: str, name: str) -> Shown:
    """A recipe as it will be used: its values, the files they came from, and the same as YAML text."""
    found = recipe.resolve(name, home=home, project=project(), complete=False)
    values = {key: value for key, value in found.values.items() if value not in (None, [], {}, "") and key != "extends"}
    head = "".join(f"# {origin}\n" for origin in found.origins)
    if len(found.origins) > 1:
        head += "".join(f"# {key}: {place}\n" for key, place in sorted(found.sources.items()) if "." not in key)
    if not found.values.get("command") and not found.values["steps"]:
        head += f"# the command comes from the brief, as 'recipe: {{extends: {name}, command: make test}}',\n"
        head += "# or from the command line: workcell launch -- make test\n"
    text = head + document.plain_yaml(values)
    return Shown(name, found.values, found.origins, found.sources, text)


def by_hand(cell: Cell, name: str, brief: str, repo: str | None) -> str:
    """The shell script that does with this recipe what a launch of `brief` would do; what launch refuses is refused."""
    options = Options(recipe=name, repo=repo, shell=cell.environment)
    return shell_script.script(launch.check(launch.Request(cell.home, brief, options, window=False), preview=True))


def lint(home: str, paths: list[str]) -> list[str]:
    """Every fault of the recipe files, one line each."""
    return [line for path in paths for line in _faults(home, path)]


def _faults(home: str, path: str) -> list[str]:
    found = search_path.Item(os.path.basename(path).removesuffix(".yaml"), path, "project")
    try:
        recipe.check_file(found, home=home, project=project())
        return [str(fault) for fault in _unknown_variables(found)]
    except Faulty as error:
        return error.details
    except WorkcellError as error:
        return [f"{path}: {error.message}" + (f" ({error.hint})" if error.hint else "")]


def _unknown_variables(found: search_path.Item) -> list[Fault]:
    """Words of the command, and a prompt, that name a {{ variable }} that there will not be."""
    read = recipe.load(found)
    words = read.front.get("command") or []
    words = [words] if isinstance(words, str) else words
    texts: list[tuple[fields.Path, str, dict[str, str]]] = []
    texts += [(("command", number), str(word), {"prompt": ""}) for number, word in enumerate(words)]
    texts += [(("model",), str(word), {"prompt": "", "model": ""}) for word in read.front.get("model") or []]
    if read.front.get("prompt"):
        texts.append((("prompt",), str(read.front["prompt"]), {"brief_text": "", "prose": ""}))
    for path, text, more in texts:
        try:
            recipe.render(text, {**recipe.EXAMPLE, **more}, str(path[0]))
        except WorkcellError as error:
            read.fault(path, error.message, error.hint)
    return read.faults
