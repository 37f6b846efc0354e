"""What the folder of an agent tells of the files of its sessions, and what such folders share."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workcell.agents.events import Foreign, short

if TYPE_CHECKING:
    from workcell.rundir.schema import SessionVia

NONE = ""
"""In place of a session's id: the process is a helper of the program and has none."""

MAX_TITLE = 200
"""Maximum characters of a title."""


class SessionFile(NamedTuple):
    """One session of a program, as its file stands in a directory: nothing of its content was read."""

    agent: str
    """Name of the agent."""
    id: str
    """The program's own name of the session."""
    path: str
    size: int
    """Bytes."""
    changed: float
    """When it was last written to, in seconds since the epoch."""
    inode: int


@dataclass
class About:
    """What the records of a session tell of it. Each record adds what it knows; null is not told."""

    directory: str | None = None
    """Where the program works."""
    branch: str | None = None
    version: str | None = None
    """Of the program."""
    model: str | None = None
    """The one that answered last."""
    via: SessionVia = "unknown"
    """Through what the session was begun."""
    title: str | None = None
    """The program's own name for it."""
    named: bool = False
    """Whether a person gave that name."""
    started_at: str | None = None
    """The first time in the records."""


@dataclass(frozen=True)
class Process:
    """A process that runs the program."""

    pid: int
    started: float | None
    """When it was started: in ticks of the kernel since the boot; None where that could not be asked."""
    arguments: Sequence[str]
    environment: Mapping[str, str]
    files: Callable[[], Sequence[str]]
    """Asks for the paths of the files that it has open."""


class SessionFiles(Protocol):
    """Knows where the program keeps its sessions. It reads, and never writes."""

    PROGRAMS: tuple[str, ...]
    """Names of the processes that run the program."""

    def files(self, env: Mapping[str, str]) -> Iterator[SessionFile]:
        """All sessions of the person whose environment this is, in no order. Reads directories alone."""

    def about(self, record: Foreign, about: About) -> None:
        """Add to `about` what one record tells."""

    def left_open(self, lines: Iterable[bytes]) -> str | None:
        """The tool call, in words, that a hook deferred and that has no result in these records; None without one."""

    def session_of(self, process: Process) -> str | None:
        """The session that the process has open; NONE for a helper without one, None where that cannot be told."""


def below(agent: str, folder: str, depth: int, session: Callable[[str], str | None]) -> Iterator[SessionFile]:
    """The files exactly `depth` directories below `folder` for whose names `session` gives an id.

    What cannot be read is left out: another process may remove it at any time.
    """
    try:
        entries = os.scandir(folder)
    except OSError:
        return
    with entries:
        for entry in entries:
            if depth:
                if "." not in entry.name and entry.is_dir():
                    yield from below(agent, entry.path, depth - 1, session)
                continue
            name = session(entry.name)
            if name is None:
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield SessionFile(agent, name, entry.path, found.st_size, found.st_mtime, found.st_ino)


def home_of(env: Mapping[str, str], variable: str, name: str) -> list[str]:
    """The directories in which a program may keep its files: that of `variable`, and `name` in the home directory."""
    homes = [env[variable]] if env.get(variable) else []
    homes += [os.path.join(env["HOME"], name)] if env.get("HOME") else []
    return list(dict.fromkeys(homes))


def given(arguments: Sequence[str], options: tuple[str, ...]) -> str | None:
    """The value of one of the options in the arguments of a process: `--resume ID` or `--resume=ID`."""
    for at, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if option in options:
            following = arguments[at + 1] if at + 1 < len(arguments) else ""
            named = value if equals else following
            return named if named and not named.startswith("-") else None
    return None


def title(value: object) -> str | None:
    """A title on one line; None where there is none."""
    return short(value, MAX_TITLE) or None if isinstance(value, str) else None
