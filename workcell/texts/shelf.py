"""Where recipes, playbooks, adapters and templates lie: the project's, the user's, the shipped ones."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from workcell.base.errors import NotFound
from workcell.texts.fields import did_you_mean

KINDS = ("recipes", "recovery", "adapters", "templates")
ORIGINS = ("project", "user", "shipped")

SUFFIXES = {
    "recipes": (".yaml", ".yml", ".md"),
    "recovery": (".md",),
    "adapters": (".yaml", ".yml"),
    "templates": (".j2", ".md", ".txt", ".sh"),
}
"""What counts as a data file of each kind; editors' droppings and READMEs in the same folder do not."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Item(NamedTuple):
    """One data file: its name without the ending, its path, and `project`, `user` or `shipped`."""

    name: str
    path: str
    origin: str


def shipped(kind: str) -> str:
    """The folder of shipped files of that kind: in the wheel, else in the checkout."""
    return single(kind)


def single(name: str) -> str:
    """A file or folder that is shipped, e.g. SKILL.md: `workcell/_data/` in a wheel, else beside the package."""
    packed = os.path.join(_PACKAGE, "_data", name)
    return packed if os.path.exists(packed) else os.path.join(os.path.dirname(_PACKAGE), name)


def folders(kind: str, repo: str | None, home: str | None) -> list[tuple[str, str]]:
    """(origin, folder) nearest first; folders that are not there are named too."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of data: {kind!r}")
    found = [("project", os.path.join(repo, ".workcell", kind))] if repo else []
    found += [("user", os.path.join(home, kind))] if home else []
    return [*found, ("shipped", shipped(kind))]


def items(
    kind: str,
    repo: str | None = None,
    home: str | None = None,
    *,
    unreadable: Callable[[str], None] | None = None,
) -> list[Item]:
    """All data files of a kind by name; a nearer file replaces one of the same name further away.

    A folder that is there but cannot be listed is told to `unreadable`: what it would have replaced stays in
    force, and whoever asks should say so.
    """
    found: dict[str, Item] = {}
    for origin, folder in folders(kind, repo, home):
        try:
            names = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            if unreadable:
                unreadable(folder)
            continue
        for file in names:
            stem, suffix = os.path.splitext(file)
            path = os.path.join(folder, file)
            if file.startswith(".") or stem.upper() == "README" or suffix not in SUFFIXES[kind]:
                continue
            if stem not in found and os.path.isfile(path):
                found[stem] = Item(stem, path, origin)
    return [found[name] for name in sorted(found)]


def find(kind: str, name: str, repo: str | None = None, home: str | None = None) -> Item:
    """The nearest file of that name; NotFound, with the nearest spelling, when there is none."""
    every = items(kind, repo, home)
    for item in every:
        if item.name == name:
            return item
    raise NotFound(f"no {_ONE[kind]} named {name!r}", did_you_mean(name, names(every)))


def names(every: Sequence[Item]) -> list[str]:
    """Their names."""
    return [item.name for item in every]


_ONE = {"recipes": "recipe", "recovery": "playbook", "adapters": "adapter", "templates": "template"}
