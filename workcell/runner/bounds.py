"""The limits on memory and processes of one attempt, as far as the runner has to do with them.

Making a control group needs more code than a runner should hold for hours: a short program does it.
"""

import os
import sys

from workcell.base import json_codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema


def place(run: str, n: int, pid: int, limits: "schema.Limits") -> "schema.Cgroup | None":
    """Put the waiting child into a group with the limits of its attempt; the group, or None where none is asked for.

    Raises OSError with the reason as its `strerror` when the limits cannot be kept.
    """
    asked = [str(limits.get("memory_bytes") or 0), str(limits.get("processes") or 0)]
    if asked == ["0", "0"]:
        return None
    program = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")
    words = [sys.executable, "-I", "-S", program, "_bound", run, str(n), str(pid), *asked]
    reader, writer = os.pipe()
    helper = os.fork()
    if helper == 0:
        try:
            os.dup2(writer, 1)
            os.execv(sys.executable, words)
        finally:
            os._exit(127)
    os.close(writer)
    said = b""
    while chunk := os.read(reader, 4096):
        said += chunk
    os.close(reader)
    os.waitpid(helper, 0)
    try:
        answer: Any = json_codec.decode(said)
    except ValueError:
        raise OSError(0, "the program that sets the limits ended without an answer: see runner.log") from None
    if answer.get("error"):
        raise OSError(0, str(answer["error"]))
    group: schema.Cgroup = answer
    return group


class Largest:
    """The largest process that was seen in a group whose memory is limited."""

    def __init__(self, group: "schema.Cgroup | None") -> None:
        self._directory = group.get("memory") if group else None
        self.found: schema.Process | None = None

    @property
    def limited(self) -> bool:
        """Whether there is a group to look at."""
        return self._directory is not None

    def look(self) -> None:
        """Compare what the processes of the group use now; a process that ends meanwhile is passed over."""
        if self._directory is None:
            return
        for pid in _members(self._directory):
            try:
                with open(f"/proc/{pid}/statm", "rb") as file:
                    size = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                if self.found is None or size > self.found["rss_bytes"]:
                    with open(f"/proc/{pid}/comm", "rb") as file:
                        command = file.read().decode("utf-8", "replace").strip()
                    self.found = {"pid": pid, "command": command, "rss_bytes": size}
            except (OSError, IndexError):
                continue


def _members(directory: str) -> "list[int]":
    """Pids in the group and in those below it: a scope of systemd is one, and an agent may make some."""
    found, directories = [], [directory]
    while directories:
        here = directories.pop()
        try:
            with open(f"{here}/cgroup.procs", "rb") as file:
                found += [int(word) for word in file.read().split()]
            directories += [entry.path for entry in os.scandir(here) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
    return found
