"""trust: what a repository brings that executes or steers, what of it a person has accepted, and accepting it."""

import os
import shlex
from dataclasses import field
from typing import Any

from workcell.base.errors import Invalid, NotFound, Refused
from workcell.base.light_dataclass import dataclass
from workcell.git import repository
from workcell.texts import document, project_rules
from workcell.texts.document import Faulty
from workcell.trust import acceptance, repository_files

SHOWN_LINES = 40
"""Lines of a new or changed file that are shown; the rest is named."""

SHOWN_BYTES = 1 << 16


class Untrusted(Refused):
    """A launch would take from the repository what no person has accepted (EX_NOPERM)."""

    def __init__(self, found: "Look", cure: str) -> None:
        super().__init__(
            f"{found.top} brings what no one has trusted: {', '.join(one.name for one in found.unknown[:3])}"
            + (f" and {len(found.unknown) - 3} more" if len(found.unknown) > 3 else ""),
            cure,
            details=[*([found.trouble] if found.trouble else []), *found.lines()],
        )
        self.found = found


@dataclass(frozen=True)
class Look:
    """One repository: what it brings, and what of that is `unknown`, which is in the order in which it is shown."""

    top: str
    place: str
    remote: str | None
    bring: repository_files.Brought
    unknown: list[acceptance.Unknown]
    gone: list[str] = field(default_factory=list)
    """What was accepted once and is not there any more; it stays accepted."""
    trouble: str | None = None

    def lines(self) -> list[str]:
        """Each unknown thing on one line: new or changed, its name, the sha256 of a file, the value of a key."""
        return [f"{one.state}: {_what(one, self.bring)}" for one in self.unknown]


def _what(one: acceptance.Unknown, bring: repository_files.Brought) -> str:
    if one.kind == "file":
        return f"{one.name} (sha256 {one.sha256})"
    return f"{project_rules.FILE} {one.name}: {words_of(one.name, bring.keys[one.name])}"


def words_of(key: str, value: Any) -> str:
    """The value of a key of SUPERVISOR.md on one line. A variable without a value is taken from the caller's shell."""
    if key == "env":
        return ", ".join(
            f"{name} from your shell" if entry is None else f"{name}={entry}" for name, entry in value.items()
        )
    if isinstance(value, dict):
        return ", ".join(f"{name}={entry}" for name, entry in value.items() if entry is not None) or "{}"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def look(home: str, directory: str | None = None) -> Look:
    """What the repository around `directory` (the current one by default) brings, for every recipe. Writes nothing."""
    where = os.path.abspath(directory or os.getcwd())
    if not os.path.isdir(where):
        raise NotFound(f"no directory {where!r}", "check the path")
    tree = repository.find(where)
    if tree is not None and tree.bare:
        raise Invalid(f"{tree.top} is a bare repository: nothing runs in it", "name a working tree")
    top = tree.top if tree is not None else os.path.realpath(where)
    supervisor = project_rules.read(top)
    if supervisor is not None and supervisor.faults:
        raise Faulty(supervisor.faults, f"mend {supervisor.path}")
    return compare(home, top, tree, repository_files.everything(top, supervisor, home), widening=True)


def compare(
    home: str, top: str, tree: repository.Tree | None, bring: repository_files.Brought, *, widening: bool = False
) -> Look:
    """`bring` beside what the home says of the repository."""
    place = acceptance.place_of(top, tree)
    standing = acceptance.read(home, place)
    gone = [name for name in standing.files if name not in bring.files]
    gone += [f"{project_rules.FILE} {name}" for name in standing.keys if name not in bring.keys]
    unknown = standing.unknown(bring, widening=widening)
    # who is asked sees it; a launch that brings nothing new need not pay for one more question to git
    remote = acceptance.remote_of(tree) if unknown or widening else None
    return Look(top, place, remote, bring, unknown, gone, standing.trouble)


def require(
    home: str, top: str, tree: repository.Tree | None, bring: repository_files.Brought, other: str = "--ignore-repo"
) -> None:
    """Raises Untrusted where `bring` has what no person has accepted; `other` is the option that does without it."""
    found = compare(home, top, tree, bring)
    if found.unknown:
        raise Untrusted(found, f"workcell trust {shlex.quote(top)}, or leave all of it out: {other}")


def accept(home: str, found: Look) -> None:
    """Record all that was looked at as accepted, with the contents that were looked at."""
    acceptance.accept(home, found.place, found.bring, found.remote)


def forget(home: str, directory: str | None = None) -> str:
    """Take back what was accepted of the repository; its place. NotFound where nothing was."""
    where = os.path.abspath(directory or os.getcwd())
    tree = repository.find(where) if os.path.isdir(where) else None
    place = acceptance.place_of(tree.top if tree else where, tree)
    if not acceptance.remove(home, place):
        raise NotFound(f"nothing of {place} was trusted", "workcell trust ls")
    return place


def text_of(found: Look, one: acceptance.Unknown) -> list[str]:
    """The first lines of a file that is to be accepted; [] for a key, and words where it is no text."""
    if one.kind != "file":
        return []
    path = os.path.join(found.top, one.name)
    try:
        data = document.load(path)[:SHOWN_BYTES]
    except (NotFound, Invalid) as error:
        return [error.message]
    if b"\0" in data:
        return [f"no text; look at it: file {shlex.quote(path)}"]
    lines = data.decode("utf-8", "replace").splitlines()
    more = len(lines) - SHOWN_LINES
    return [*lines[:SHOWN_LINES], *([f"... {more} more lines: less {shlex.quote(path)}"] if more > 0 else [])]
