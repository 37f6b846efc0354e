"""Saved briefs: files under `briefs/` of the home that are launched by name, with a value for each parameter."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workcell.base import spelling
from workcell.base.errors import CannotCreate, Invalid, NotFound, WorkcellError
from workcell.rundir import home_creation as homes
from workcell.rundir import layout, seal
from workcell.rundir.cell import Cell
from workcell.texts import brief as briefs
from workcell.texts import document, filled_brief, params
from workcell.texts.document import Fault, Faulty

if TYPE_CHECKING:
    from workcell.launch.requests import LaunchRequest

SUFFIX = ".md"


@dataclass(frozen=True)
class ListRequest:
    pass


@dataclass(frozen=True)
class Parameter:
    name: str
    default: str | None
    """Null where a value has to be given."""
    help: str | None


@dataclass(frozen=True)
class Row:
    name: str
    objective: str | None
    params: list[Parameter]
    file: str
    error: str | None
    """Why it cannot be launched."""


@dataclass(frozen=True)
class Listed:
    briefs: list[Row]


@dataclass(frozen=True)
class SaveRequest:
    file: str
    """Path of the brief."""
    name: str | None = None
    """The name that it is launched by; that of the file by default."""


@dataclass(frozen=True)
class Saved:
    name: str
    file: str
    params: list[Parameter]


@dataclass(frozen=True)
class ShowRequest:
    name: str


@dataclass(frozen=True)
class Shown:
    name: str
    file: str
    text: str
    params: list[Parameter]


def directory(home: str) -> str:
    return os.path.join(home, layout.BRIEFS)


def path_of(home: str, name: str) -> str:
    """The file of a saved brief. NotFound with the nearest name where there is none."""
    path = os.path.join(directory(home), name + SUFFIX)
    known = names(home)
    if name not in known:
        cure = spelling.did_you_mean(name, known) if known else "workcell brief save FILE keeps one"
        raise NotFound(f"no saved brief is named {name!r}", cure)
    return path


def names(home: str) -> list[str]:
    """The names of the saved briefs, sorted."""
    try:
        entries = os.listdir(directory(home))
    except FileNotFoundError:
        return []
    return sorted(one.removesuffix(SUFFIX) for one in entries if one.endswith(SUFFIX) and not one.startswith("."))


def chosen(home: str, request: LaunchRequest) -> LaunchRequest:
    """The request with the path of the saved brief that it names."""
    if request.saved is None:
        return request
    return replace(request, briefs=(path_of(home, request.saved),), saved=None)


def perform_ls(cell: Cell, request: ListRequest) -> Listed:
    """The operation `brief ls`."""
    return Listed([_row(cell.home, name) for name in names(cell.home)])


def _row(home: str, name: str) -> Row:
    path = os.path.join(directory(home), name + SUFFIX)
    try:
        data = document.load(path)
        found = briefs.parse(filled_brief.compose(data, path, {}, lenient=True), path)
        return Row(name, found.objective or None, _parameters(data, path), path, None)
    except WorkcellError as error:
        return Row(name, None, [], path, error.message)


def _parameters(data: bytes, path: str) -> list[Parameter]:
    return [Parameter(one.name, one.default, one.help) for one in params.of(data, path)]


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `brief show`. Raises NotFound."""
    path = path_of(cell.home, request.name)
    data = document.load(path)
    return Shown(request.name, path, document.decode(data, path), _parameters(data, path))


def perform_save(cell: Cell, request: SaveRequest) -> Saved:
    """The operation `brief save`; again with the same text changes nothing.

    Raises Faulty for what is no brief, Invalid for a `repo` that means another place there, CannotCreate where another
    brief has the name.
    """
    data = document.load(request.file)
    wanted = request.name or os.path.basename(request.file).removesuffix(SUFFIX)
    name = briefs.check_name(wanted, "--as" if request.name else request.file)
    if name.startswith("."):
        raise Invalid(f"{name!r} cannot name a saved brief", "--as NAME, without a dot before it")
    _check(data, request.file)
    homes.ensure(cell.home)
    folder = directory(cell.home)
    path = os.path.join(folder, name + SUFFIX)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if os.path.lexists(path) and document.load(path) != data:
            raise CannotCreate(
                f"there is another saved brief named {name!r}",
                f"--as OTHER, or remove that one first: rm {shlex.quote(path)}",
            )
        seal.replace(folder, name + SUFFIX, data)
    except OSError as error:
        raise CannotCreate(f"cannot write {path!r}: {error.strerror}", "workcell doctor") from error
    return Saved(name, path, _parameters(data, path))


def _check(data: bytes, file: str) -> None:
    """Faults that every launch would be refused for, whatever the parameters are."""
    read = document.parse_markdown(data, file)
    found = params.of(data, file)
    filled = filled_brief.compose(data, file, {}, lenient=True)
    parsed = briefs.parse(filled, file)
    faults = list(read.faults)
    if all(one.default is not None for one in found):
        faults = parsed.faults
    repo = parsed.values["repo"]
    if repo and not repo.startswith(("/", "~", "%{")):
        line = read.lines.get(("repo",))
        words = f"'repo: {repo}' would be sought beside the saved brief"
        faults.append(Fault(file, line, words, "leave it out for the current directory, or give the whole path"))
    if faults:
        raise Faulty(faults)
