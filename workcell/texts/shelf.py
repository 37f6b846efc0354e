"""Where data files are found: the repo's own first, then the user's, then the shipped ones."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from workcell.base.errors import NotFound
from workcell.texts import fields

PROJECT, USER, SHIPPED = "project", "user", "shipped"

_ENDINGS = {"recipes": ".yaml", "recovery": ".md", "adapters": ".yaml", "templates": ""}


@dataclass(frozen=True)
class Found:
    """A data file: its name without the ending, its path, and whose it is."""

    name: str
    path: str
    origin: str


def shipped(kind: str) -> str:
    """The directory of the shipped files of that kind: in the wheel, else in the checkout."""
    return single(kind)


def single(name: str) -> str:
    """A file or directory that is shipped beside the package, e.g. SKILL.md: in the wheel, else in the checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "_data", name)
    return inside if os.path.exists(inside) else os.path.join(os.path.dirname(package), name)


def _places(kind: str, home: str, project: str | None) -> Iterator[tuple[str, str]]:
    if project is not None:
        yield PROJECT, os.path.join(project, ".workcell", kind)
    yield USER, os.path.join(home, kind)
    yield SHIPPED, shipped(kind)


def ls(kind: str, *, home: str, project: str | None = None) -> list[Found]:
    """Every file of that kind by name; one that is nearer by replaces one of the same name further away."""
    found: dict[str, Found] = {}
    ending = _ENDINGS[kind]
    for origin, directory in _places(kind, home, project):
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for file in names:
            if file.endswith(ending) and not file.startswith("."):
                name = file.removesuffix(ending)
                found.setdefault(name, Found(name, os.path.join(directory, file), origin))
    return [found[name] for name in sorted(found)]


def find(kind: str, name: str, *, home: str, project: str | None = None) -> Found:
    """The file of that name; NotFound with the nearest name otherwise."""
    known = {entry.name: entry for entry in ls(kind, home=home, project=project)}
    if name not in known:
        raise NotFound(f"no {kind.removesuffix('s')} {name!r}", fields.did_you_mean(name, list(known)))
    return known[name]
