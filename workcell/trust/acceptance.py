"""What a person has accepted of each repository: records in `trust/` of the home.

Invariants:
- A record is replaced whole by the holder of `trust/.lock`; readers take no lock.
- A record that cannot be read is no record: the repository counts as not trusted, and `Standing.trouble` says why.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from workcell.base import clock, digest, json_codec
from workcell.base.errors import CannotCreate, TryAgain
from workcell.base.light_dataclass import dataclass
from workcell.git import repository
from workcell.rundir import home_creation as homes
from workcell.rundir import layout, locks, safe_open, seal
from workcell.texts import project_rules
from workcell.trust import repository_files

SCHEMA = "workcell.file.trust/1"
LOCK = ".lock"
LARGEST = 8 << 20
"""Bytes of a record that are read; a larger one is none of ours."""

CONTENTS = 100
"""Accepted contents that are kept of one path; the oldest go first."""


@dataclass(frozen=True)
class Standing:
    """What has been accepted of one repository. `files` and `keys` lead from names to sha256, the newest last."""

    place: str
    """The real path that the record is about: git's common directory, or the directory itself."""
    files: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    remote: str | None = None
    at: str | None = None
    trouble: str | None = None

    def unknown(self, bring: repository_files.Brought, *, widening: bool = False) -> list["Unknown"]:
        """The parts of it that no person has accepted; keys that only widen count where `widening` says so."""
        found = [
            Unknown("file", name, digest, "changed" if name in self.files else "new")
            for name, digest in bring.files.items()
            if digest not in self.files.get(name, ())
        ]
        found += [
            Unknown("key", name, digest, "changed" if name in self.keys else "new")
            for name, digest in bring.digests().items()
            if (widening or name in project_rules.STEERING) and digest not in self.keys.get(name, ())
        ]
        return found

    def accepts(self, key: str, value: object) -> bool:
        """Whether that value of a key of SUPERVISOR.md has been accepted."""
        return repository_files.digest_of(value) in self.keys.get(key, ())


@dataclass(frozen=True)
class Unknown:
    """One thing that no person has accepted: a `file` or a `key`, `new` or `changed`."""

    kind: str
    name: str
    sha256: str
    state: str


def place_of(top: str, tree: repository.Tree | None) -> str:
    """What a record of the repository is about: every worktree of it has the same."""
    return os.path.realpath(tree.common_dir if tree is not None else top)


def _name(place: str) -> str:
    return digest.sha256(os.fsencode(place)) + ".json"


def read(home: str, place: str) -> Standing:
    """What the home says of that place; nothing accepted where it says nothing that can be read."""
    return _read(os.path.join(home, layout.TRUST, _name(place)), place)


def _read(path: str, place: str) -> Standing:
    try:
        data = safe_open.read(path, LARGEST)
    except OSError as error:
        return Standing(place, trouble=f"{path} cannot be read, and counts as no trust: {error.strerror}")
    if data is None and not os.path.lexists(path):
        return Standing(place)
    try:
        found = json_codec.decode(data or b"")
    except ValueError:
        return Standing(place, trouble=f"{path} is torn or no record, and counts as no trust")
    if found.get("schema") != SCHEMA:
        return Standing(place, trouble=f"{path} is of another format, and counts as no trust")
    remote, at, said = found.get("remote"), found.get("at"), found.get("path")
    return Standing(
        str(said or place),
        _lists(found.get("files")),
        _lists(found.get("keys")),
        remote if isinstance(remote, str) else None,
        at if isinstance(at, str) else None,
    )


def _lists(value: Any) -> dict[str, list[str]]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(name): [str(one) for one in entry] for name, entry in pairs if isinstance(entry, list)}


def accept(home: str, place: str, bring: repository_files.Brought, remote: str | None) -> Standing:
    """Add all of `bring` to what is accepted of the place; what was accepted before stays."""
    with _Locked(home) as folder:
        before = read(home, place)
        now = Standing(
            place, _joined(before.files, bring.files), _joined(before.keys, bring.digests()), remote, clock.stamp()
        )
        said = {"schema": SCHEMA, "path": place, "remote": remote, "at": now.at, "files": now.files, "keys": now.keys}
        seal.replace(folder, _name(place), json_codec.encode(said))
    return now


def _joined(before: Mapping[str, list[str]], new: Mapping[str, str]) -> dict[str, list[str]]:
    names = sorted({*before, *new})
    joined = {name: [one for one in before.get(name, ()) if one != new.get(name)] for name in names}
    return {name: [*joined[name], *([new[name]] if name in new else [])][-CONTENTS:] for name in names}


def remove(home: str, place: str) -> bool:
    """Forget what was accepted of the place; False where nothing was."""
    if not os.path.lexists(os.path.join(home, layout.TRUST, _name(place))):
        return False
    with _Locked(home) as folder:
        os.unlink(os.path.join(folder, _name(place)))
        seal.sync_directory(folder)
    return True


def every(home: str) -> list[Standing]:
    """All records, by place; those that cannot be read are among them, with their trouble."""
    folder = os.path.join(home, layout.TRUST)
    try:
        names = [name for name in os.listdir(folder) if not name.startswith(".") and name.endswith(".json")]
    except FileNotFoundError:
        return []
    return sorted((_read(os.path.join(folder, name), "?") for name in names), key=lambda one: one.place)


class _Locked:
    """`trust/` of the home, made where it is missing, with its lock held."""

    def __init__(self, home: str) -> None:
        self.home, self.folder = home, os.path.join(home, layout.TRUST)
        self.lock: int | None = None

    def __enter__(self) -> str:
        homes.ensure(self.home)
        try:
            os.makedirs(self.folder, 0o700, exist_ok=True)
            self.lock = locks.take(os.path.join(self.folder, LOCK))
        except OSError as error:
            raise CannotCreate(f"cannot write to {self.folder}: {error.strerror}", "workcell doctor") from error
        if self.lock is None:
            raise TryAgain(f"another process writes to {self.folder}", "try again in a few seconds")
        return self.folder

    def __exit__(self, *_: object) -> None:
        if self.lock is not None:
            os.close(self.lock)


def remote_of(tree: repository.Tree | None) -> str | None:
    """The URL of `origin`, without a name or password in it; None without one."""
    if tree is None:
        return None
    url = repository.ask(tree.top, "config", "--get", "remote.origin.url").text().rstrip("\n")
    return re.sub(r"(?<=//)[^/@]*@", "", url) or None
