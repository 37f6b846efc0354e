"""The ancestors of a process, and what /proc tells of each: its parent, its environment, the locks it holds."""

import os

from workcell.base import platform

DEEPEST = 1024
"""Maximum number of ancestors that are followed."""

_ENVIRONMENT = 1 << 22
"""Maximum number of bytes read of one environment."""


def parent(pid: int) -> "int | None":
    """The pid of the parent; 0 for a process without one (init). None when the process is gone or cannot be asked."""
    if not platform.LINUX:
        return None
    try:
        fields = platform.stat_fields(pid)
    except (OSError, ValueError):
        return None
    return int(fields[1]) if fields else None


def ancestors(pid: int) -> "tuple[list[int], bool]":
    """(pids of all ancestors, nearest first; whether the last of them is init or a process without a parent).

    A process that ends while it is asked leaves its children to another parent, so its child is asked again.
    """
    found: list[int] = []
    child, above = pid, parent(pid)
    while above and len(found) < DEEPEST:
        next_above = parent(above)
        if next_above is None:
            again = parent(child)
            if again == above or again is None:
                return found, False
            above = again
            continue
        found.append(above)
        child, above = above, next_above
    return found, above == 0


def variable(pid: int, name: str) -> "str | None":
    """The value of an environment variable as the process was started with it; None when it has none of that name.

    Raises OSError when the process is gone or may not be asked.
    """
    start = os.fsencode(name) + b"="
    with open(f"/proc/{pid}/environ", "rb") as file:
        for entry in file.read(_ENVIRONMENT).split(b"\0"):
            if entry.startswith(start):
                return os.fsdecode(entry[len(start) :])
    return None


def is_tmux_server(pid: int) -> bool:
    """Whether the process is a tmux server: by the name that tmux gives itself and by the program that it runs."""
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            named = file.read(64).startswith(b"tmux: server")
        return named and "tmux" in os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return False


def locked(pid: int, endings: "tuple[str, ...]") -> "list[str]":
    """Paths with one of these endings of the files on which the process holds an exclusive flock(2).

    Only links are read, and no file is opened: stat(2) on a dead network mount never returns. A file that was
    removed or replaced since it was opened counts under its old path. Empty when the process cannot be asked.
    """
    directory = f"/proc/{pid}/fd"
    found = []
    try:
        numbers = os.listdir(directory)
    except OSError:
        return []
    for number in numbers:
        try:
            path = os.readlink(f"{directory}/{number}").removesuffix(" (deleted)")
            if path.endswith(endings):
                with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
                    if b"FLOCK  ADVISORY  WRITE" in file.read():
                        found.append(path)
        except OSError:
            continue
    return found
