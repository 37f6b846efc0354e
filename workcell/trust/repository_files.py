"""What a repository brings that executes or steers: files with their sha256, and keys of SUPERVISOR.md."""

from __future__ import annotations

import fnmatch
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from workcell.base import digest
from workcell.base.errors import Refused, WorkcellError
from workcell.base.light_dataclass import dataclass
from workcell.rundir.vocabulary import DATA_KINDS
from workcell.texts import project_rules, recipe, search_path

if TYPE_CHECKING:
    from workcell.texts.values import SupervisorValue

MAX_FILES = 2000
MAX_BYTES = 64 << 20
"""Files, and bytes of all of them, that are compared at a launch; a tree that brings more is refused."""


@dataclass(frozen=True)
class Brought:
    """`files` leads from paths relative to `top` to sha256, `keys` from names to values."""

    top: str
    files: dict[str, str] = field(default_factory=dict)
    keys: dict[str, SupervisorValue] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """The sha256 of each key's value."""
        return {name: digest_of(value) for name, value in self.keys.items()}


def digest_of(value: object) -> str:
    """The sha256 of a value as JSON with sorted keys and without spaces."""
    return digest.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def of_launch(top: str, supervisor: project_rules.Supervisor | None, chosen: recipe.Recipe) -> Brought:
    """What one launch takes from the repository: its recipe's files and `repo_runs`, its playbooks, its keys.

    Raises Refused where a symbolic link leads `.workcell` out of the repository, or there is too much to compare.
    """
    strays = search_path.strays(top)
    if strays:
        raise Refused(strays[0], "remove the link, or launch with --ignore-repo", details=strays)
    files = [
        *chosen.of_project(),
        *(item.path for item in search_path.items("recovery", top) if item.origin == "project"),
    ]
    return Brought(top, _digests(top, [*files, *matching(top, chosen.values["repo_runs"])]), keys_of(supervisor))


def of_recipe(top: str, chosen: recipe.Recipe) -> Brought:
    """What one recipe takes from the tree: its files, where they are the repository's, and its `repo_runs`."""
    return Brought(top, _digests(top, [*chosen.of_project(), *matching(top, chosen.values.get("repo_runs") or [])]))


def everything(top: str, supervisor: project_rules.Supervisor | None, home: str) -> Brought:
    """All that the repository brings, for any recipe of the home and the shipped ones. Raises as `of_launch`."""
    strays = search_path.strays(top)
    if strays:
        raise Refused(strays[0], "remove the link", details=strays)
    files = [
        item.path for kind in DATA_KINDS for item in search_path.items(kind, top, home) if item.origin == "project"
    ]
    return Brought(top, _digests(top, [*files, *matching(top, obeyed(home, top))]), keys_of(supervisor))


def agent_files(top: str, patterns: Iterable[str]) -> dict[str, str]:
    """Path to sha256 of what an agent program obeys in the tree at `top`, by its recipe's `repo_runs`."""
    return _digests(top, matching(top, patterns))


def obeyed(home: str, top: str | None) -> list[str]:
    """`repo_runs` of every recipe; one that cannot be read adds nothing."""
    found: dict[str, None] = {}
    for item in search_path.items("recipes", top, home):
        try:
            values = recipe.resolve(item.name, home=home, project=top, complete=False).values
        except WorkcellError:
            continue
        found.update(dict.fromkeys(values["repo_runs"]))
    return list(found)


def keys_of(supervisor: project_rules.Supervisor | None) -> dict[str, SupervisorValue]:
    """The keys that SUPERVISOR.md itself says, of those that steer or widen."""
    if supervisor is None:
        return {}
    names = (*project_rules.STEERING, *project_rules.WIDENING)
    found = {name: supervisor.values[name] for name in names}
    return {name: value for name, value in found.items() if value not in (None, [], {}) and value is not None}


def matching(top: str, patterns: Iterable[str]) -> list[str]:
    """The files below `top` that the patterns name, directories with all that is in them; links are followed."""
    found: dict[str, None] = {}
    for pattern in patterns:
        for path in _expanded(top, pattern.split("/")):
            for file in _files(path, set()):
                found[file] = None
                if len(found) > MAX_FILES:
                    raise Refused(
                        f"{os.path.join(top, pattern)} has more than {MAX_FILES} files to compare",
                        "launch with --ignore-repo, or move what is not needed out of it",
                    )
    return list(found)


def _expanded(folder: str, parts: list[str]) -> Iterator[str]:
    head, rest = parts[0], parts[1:]
    names = [head]
    if any(mark in head for mark in "*?["):
        try:
            names = sorted(name for name in os.listdir(folder) if fnmatch.fnmatchcase(name, head))
        except OSError:
            return
    for name in names:
        path = os.path.join(folder, name)
        if rest:
            yield from _expanded(path, rest)
        elif os.path.lexists(path):
            yield path


def _files(path: str, seen: set[tuple[int, int]]) -> Iterator[str]:
    try:
        now = os.stat(path)
    except OSError:  # no program obeys a link that leads nowhere
        return
    if not stat.S_ISDIR(now.st_mode):
        yield path
    elif (now.st_dev, now.st_ino) not in seen:
        seen.add((now.st_dev, now.st_ino))
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise Refused(f"{path} cannot be listed: {error.strerror}", f"chmod u+rx {path}") from error
        for name in names:
            yield from _files(os.path.join(path, name), seen)


def _digests(top: str, paths: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = MAX_BYTES
    for path in paths:
        name = os.path.relpath(path, top)
        if name not in found:
            found[name], size = _digest(path, left)
            left -= size
    return found


def _digest(path: str, left: int) -> tuple[str, int]:
    """The sha256 and the size of a plain file of at most `left` bytes."""
    import hashlib

    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise Refused(f"{path} is not a regular file", "remove it, or launch with --ignore-repo")
            found, size = hashlib.sha256(), 0
            while block := file.read(1 << 20):
                found.update(block)
                size += len(block)
                if size > left:
                    raise Refused(
                        f"{path}: there are more than {MAX_BYTES >> 20} MiB to compare",
                        "launch with --ignore-repo, or make it smaller",
                    )
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", f"chmod u+r {path}") from error
    return found.hexdigest(), size
