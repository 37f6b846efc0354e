"""Saved briefs: files under `briefs/` of the home that are launched by name, with a value for each parameter.

Some are shipped, as `templates/briefs/`. A saved brief goes before a shipped one of the same name.
"""

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
from workcell.texts import document, filled_brief, params, search_path
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
    shipped: bool
    """Whether it came with workcell; `brief save` with its name puts another in its place."""


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


def shipped() -> str:
    """The folder of those that came with workcell."""
    return os.path.join(search_path.shipped("templates"), "briefs")


def path_of(home: str, name: str) -> str:
    """The file of a saved or shipped brief. NotFound with the nearest name where there is none."""
    known = files(home)
    if name not in known:
        raise NotFound(f"no saved brief is named {name!r}", spelling.did_you_mean(name, sorted(known)))
    return known[name]


def files(home: str) -> dict[str, str]:
    """The path of each by its name, sorted by name."""
    found = {**_in(shipped()), **_in(directory(home))}
    return dict(sorted(found.items()))


def _in(folder: str) -> dict[str, str]:
    try:
        entries = os.listdir(folder)
    except FileNotFoundError:
        return {}
    kept = (one for one in entries if one.endswith(SUFFIX) and not one.startswith("."))
    return {one.removesuffix(SUFFIX): os.path.join(folder, one) for one in kept}


def chosen(home: str, request: LaunchRequest) -> LaunchRequest:
    """The request with the path of the saved brief that it names."""
    if request.saved is None:
        return request
    return replace(request, briefs=(path_of(home, request.saved),), saved=None)


def perform_ls(cell: Cell, request: ListRequest) -> Listed:
    """The operation `brief ls`."""
    return Listed([_row(name, path) for name, path in files(cell.home).items()])


def _row(name: str, path: str) -> Row:
    ours = os.path.dirname(path) == shipped()
    try:
        data = document.load(path)
        found = briefs.parse(filled_brief.compose(data, path, {}, lenient=True), path)
        return Row(name, found.objective or None, _parameters(data, path), path, None, ours)
    except WorkcellError as error:
        return Row(name, None, [], path, error.message, ours)


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
