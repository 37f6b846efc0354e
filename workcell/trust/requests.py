"""The operations trust add, trust ls, trust show and trust rm."""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar

from workcell.base import json_codec
from workcell.base.errors import TryAgain
from workcell.rundir.cell import Cell
from workcell.trust import acceptance, trust

TRUSTED = "trusted"
"""The state of what a person has accepted."""


@dataclass(frozen=True)
class AddRequest:
    directory: str | None = None
    """A directory in the repository; that of the cell without it."""
    shown: str | None = None
    """`digest` of what was shown to the person who accepts; without it, whatever is there now is accepted."""


@dataclass(frozen=True)
class LsRequest:
    """The repositories of which something is trusted."""


@dataclass(frozen=True)
class ShowRequest:
    directory: str | None = None
    """A directory in the repository; that of the cell without it."""


@dataclass(frozen=True)
class RmRequest:
    directory: str | None = None
    """A directory in the repository; that of the cell without it."""


@dataclass(frozen=True)
class File:
    path: str
    sha256: str
    state: str
    """`trusted`, `new` or `changed`, as it was before."""
    first: list[str]
    """The first lines of one that is new or changed, for the person who decides."""


@dataclass(frozen=True)
class Key:
    """A key of SUPERVISOR.md."""

    key: str
    value: Any
    sha256: str
    state: str
    """`trusted`, `new` or `changed`, as it was before."""


@dataclass(frozen=True)
class Shown:
    """What a repository brings that runs or steers, and what of it is trusted."""

    top: str
    path: str
    remote: str | None
    accepted: bool
    """Whether it was accepted now."""
    files: list[File]
    keys: list[Key]
    gone: list[str]
    """What was accepted once and is not there any more; it stays accepted."""
    trouble: str | None
    """Why what was accepted before cannot be read."""
    digest: str
    """Stands for all that it brings: `shown` of a request that accepts it."""

    @property
    def unknown(self) -> list[File | Key]:
        """What is new or changed."""
        every: list[File | Key] = [*self.files, *self.keys]
        return [one for one in every if one.state != TRUSTED]


@dataclass(frozen=True)
class Added(Shown):
    """The same, after it was accepted."""


AnyShown = TypeVar("AnyShown", bound=Shown)


@dataclass(frozen=True)
class Repository:
    path: str
    remote: str | None
    at: str | None
    files: dict[str, list[str]]
    keys: dict[str, list[str]]
    trouble: str | None


@dataclass(frozen=True)
class Listed:
    repositories: list[Repository]


@dataclass(frozen=True)
class Removed:
    path: str
    """What the record was about: git's common directory, or the directory itself."""


def perform_add(cell: Cell, request: AddRequest) -> Added:
    """The operation `trust add`. Raises TryAgain when what is there now is not what was shown, and as `trust.look`."""
    found = trust.look(cell.home, request.directory or cell.directory)
    if request.shown not in (None, digest(found)):
        raise TryAgain(f"what {found.top} brings changed while it was looked at", "look at it again: workcell trust")
    new = bool(found.unknown or found.trouble)
    if new:
        trust.accept(cell.home, found)
    return _shown(Added, found, accepted=new)


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `trust show`. Raises as `trust.look`."""
    return shown(trust.look(cell.home, request.directory or cell.directory))


def shown(found: trust.Look) -> Shown:
    """What was looked at, as it is shown before it is accepted."""
    return _shown(Shown, found, accepted=False)


def perform_ls(cell: Cell, request: LsRequest) -> Listed:
    """The operation `trust ls`."""
    return Listed(
        [
            Repository(one.place, one.remote, one.at, one.files, one.keys, one.trouble)
            for one in acceptance.every(cell.home)
        ]
    )


def perform_rm(cell: Cell, request: RmRequest) -> Removed:
    """The operation `trust rm`. NotFound where nothing was trusted."""
    return Removed(trust.forget(cell.home, request.directory or cell.directory))


def digest(found: trust.Look) -> str:
    """The sha256 of all that the repository brings, by name and content."""
    brought = {"files": dict(found.bring.files), "keys": dict(found.bring.digests())}
    return hashlib.sha256(json_codec.encode(brought)).hexdigest()


def _shown(kind: type[AnyShown], found: trust.Look, *, accepted: bool) -> AnyShown:
    states = {(one.kind, one.name): one.state for one in found.unknown}
    first = {one.name: trust.text_of(found, one) for one in found.unknown if one.kind == "file"}
    digests = found.bring.digests()
    return kind(
        top=found.top,
        path=found.place,
        remote=found.remote,
        accepted=accepted,
        files=[
            File(name, sha256, states.get(("file", name), TRUSTED), first.get(name, []))
            for name, sha256 in found.bring.files.items()
        ],
        keys=[
            Key(name, value, digests[name], states.get(("key", name), TRUSTED))
            for name, value in found.bring.keys.items()
        ],
        gone=found.gone,
        trouble=found.trouble,
        digest=digest(found),
    )
