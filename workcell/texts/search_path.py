"""Where recipes, playbooks, adapters and templates lie: the user's, the shipped ones, the project's.

A file of the user goes before a shipped one of the same name. A file of the project goes before nothing: it may add a
name, and never take one, since a repository may be a stranger's.
"""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from workcell.base import spelling
from workcell.base.errors import NotFound
from workcell.rundir.vocabulary import DATA_KINDS

PROJECT_FOLDER = ".workcell"

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
    """(origin, folder), the first one before the others; folders that are not there are named too."""
    if kind not in DATA_KINDS:
        raise ValueError(f"unknown kind of data: {kind!r}")
    found = [("user", os.path.join(home, kind))] if home else []
    found.append(("shipped", shipped(kind)))
    return [*found, ("project", os.path.join(repo, PROJECT_FOLDER, kind))] if repo else found


def items(
    kind: str,
    repo: str | None = None,
    home: str | None = None,
    *,
    unreadable: Callable[[str], None] | None = None,
    ignored: Callable[[str], None] | None = None,
) -> list[Item]:
    """All data files of a kind by name; a user's file replaces a shipped one of the same name.

    A folder that is there but cannot be listed is told to `unreadable`: what it would have replaced stays in
    force, and the caller should say so. A project's file that is not used is told to `ignored`, in words with its
    path: because its name is taken, or because a symbolic link leads out of the repository.
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
        outside = leads_out(str(repo), folder) if origin == "project" else None
        if outside is not None:
            if ignored:
                ignored(outside)
            continue
        for file in names:
            stem, suffix = os.path.splitext(file)
            path = os.path.join(folder, file)
            if file.startswith(".") or stem.upper() == "README" or suffix not in SUFFIXES[kind]:
                continue
            if not os.path.isfile(path):
                continue
            why = _not_used(str(repo), path, found.get(stem)) if origin == "project" else None
            if why is None:
                found.setdefault(stem, Item(stem, path, origin))
            elif ignored:
                ignored(why)
    return [found[name] for name in sorted(found)]


def _not_used(repo: str, path: str, taken: Item | None) -> str | None:
    if taken is not None:
        return f"{path} is not used: {taken.name!r} is the name of {taken.path} ({taken.origin}); give it another name"
    return leads_out(repo, path)


def leads_out(repo: str, path: str) -> str | None:
    """Why a path below `repo`/.workcell is not read: a symbolic link leads out of the repository; None where none does.

    `.workcell` itself must be a directory, wherever a link of that name leads.
    """
    top = os.path.join(repo, PROJECT_FOLDER)
    if os.path.islink(top):
        return f"{top} is a symbolic link, and is not read"
    real, inside = os.path.realpath(path), os.path.realpath(repo).rstrip("/") + "/"
    return None if real.startswith(inside) else f"{path} leads out of the repository, to {real}, and is not read"


def strays(repo: str) -> list[str]:
    """In words, every symbolic link below `repo`/.workcell that leads out of the repository."""
    found = []
    for kind in DATA_KINDS:
        folder = os.path.join(repo, PROJECT_FOLDER, kind)
        why = leads_out(repo, folder) if os.path.lexists(folder) else None
        if why is None:
            try:
                names = sorted(os.listdir(folder))
            except OSError:
                continue
            found += [why for name in names if (why := leads_out(repo, os.path.join(folder, name)))]
        else:
            found.append(why)
    return list(dict.fromkeys(found))


def find(kind: str, name: str, repo: str | None = None, home: str | None = None) -> Item:
    """The nearest file of that name; NotFound, with the nearest spelling, when there is none."""
    every = items(kind, repo, home)
    for item in every:
        if item.name == name:
            return item
    raise NotFound(f"no {_ONE[kind]} named {name!r}", spelling.did_you_mean(name, names(every)))


def names(every: Sequence[Item]) -> list[str]:
    """Their names."""
    return [item.name for item in every]


_ONE = {"recipes": "recipe", "recovery": "playbook", "adapters": "adapter", "templates": "template"}
