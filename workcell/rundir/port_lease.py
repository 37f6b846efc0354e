"""Claims on TCP ports of the loopback interface: one file per number, held under its own flock like that of a tree."""

import os
import zlib
from collections.abc import Callable, Mapping, Sequence

from workcell.base import clock, json_codec
from workcell.base.errors import CannotCreate, TryAgain
from workcell.rundir import layout, locks, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

FIRST, LAST = 20000, 29999
"""Numbers of the ports that are given out: below those that Linux (32768) and macOS (49152) take for outgoing
connections, so that none of these sits on one between the claim and the start of a server."""

MAX_BYTES = 1 << 12
"""No line that `claim` writes is longer."""


def path_of(home: str, port: int) -> str:
    """Where the claim on the port lies, whether or not it was ever claimed."""
    return os.path.join(home, layout.LEASES, f"port-{port}")


def holder(home: str, port: int) -> str | None:
    """The run that the claim names; None when no run ever claimed it or nothing readable is there.

    That run has the port only while it is not done and its attempt has the number: this looks, it decides nothing.
    """
    try:
        fd = os.open(path_of(home, port), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return _read(fd)
    finally:
        os.close(fd)


class Claimed:
    """Ports of a run: `numbers` by name. Until `close` no other run can even ask for one of them.

    Closing gives back the flocks only: the files go on naming the run.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._fds: list[int] = []

    def add(self, name: str, port: int, fd: int) -> None:
        self.numbers[name] = port
        self._fds.append(fd)

    def close(self) -> None:
        while self._fds:
            os.close(self._fds.pop())

    def __enter__(self) -> "Claimed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def claim(
    home: str,
    run_id: str,
    names: Sequence[str],
    before: Mapping[str, int],
    is_open: "Callable[[str | None, int], bool]",
) -> Claimed:
    """Claim a port for each name; the answer keeps the flocks until `close`.

    A name gets its number of `before` where that can be had, else one that depends on the run. `is_open` is given the
    run that a claim names (None for the caller's own, or none) and the number, and says whether `run_id` may have it;
    it is asked under the flock. The caller makes an attempt with the numbers the current one before it closes.

    Raises TryAgain when no port is left, CannotCreate when a claim cannot be written.
    """
    made = Claimed()
    try:
        for name in names:
            tried = [before[name]] if name in before and FIRST <= before[name] <= LAST else []
            for port in (*tried, *candidates(run_id)):
                fd = _claim_one(home, run_id, port, is_open)
                if fd is not None:
                    made.add(name, port, fd)
                    break
            else:
                raise TryAgain(
                    f"no TCP port from {FIRST} to {LAST} is free for {name!r}",
                    "see which runs live, and stop one that has ports: workcell ls",
                )
    except BaseException:
        made.close()
        raise
    return made


def candidates(run_id: str) -> list[int]:
    """Every number in the order in which a run tries them: runs begin apart, and so do homes."""
    span = LAST - FIRST + 1
    start = zlib.crc32(run_id.encode()) % span
    return [FIRST + (start + step) % span for step in range(span)]


def _claim_one(home: str, run_id: str, port: int, is_open: "Callable[[str | None, int], bool]") -> "int | None":
    """A descriptor that holds the claim; None where the port is another's, or is being claimed right now."""
    path = path_of(home, port)
    seen = holder(home, port)
    if not is_open(None if seen == run_id else seen, port):
        return None  # asked before the lock is taken, which would make a file for every port that is busy
    try:
        fd = locks.take(path, 0.0)
    except OSError as error:
        raise CannotCreate(f"cannot claim the port {port}: {path}: {error.strerror}", "workcell doctor") from error
    if fd is None:
        return None
    try:
        named = _read(fd)
        if not is_open(None if named == run_id else named, port):
            os.close(fd)
            return None
        # a claim that stands is not written again: killed halfway, it would be void while its run is not done
        if named != run_id:
            _write(fd, path, {"schema": "workcell.file.port/1", "run": run_id, "port": port, "at": clock.stamp()})
    except OSError as error:
        os.close(fd)
        raise CannotCreate(f"cannot write the claim {path}: {error.strerror}", "workcell doctor") from error
    except BaseException:
        os.close(fd)
        raise
    return fd


def _read(fd: int) -> str | None:
    line, end, _ = os.pread(fd, MAX_BYTES, 0).partition(b"\n")
    if not end:  # the newline is written last: without it the line is torn
        return None
    try:
        said: Any = json_codec.decode(line)
    except ValueError:
        return None
    run = said.get("run")
    return run if isinstance(run, str) and run and "/" not in run and run not in (".", "..") else None


def _write(fd: int, path: str, said: "schema.PortLease") -> None:
    """In place, since the flock is on this very inode; emptied first, so that no crash leaves two half lines."""
    os.ftruncate(fd, 0)
    os.lseek(fd, 0, os.SEEK_SET)
    seal.write_all(fd, json_codec.encode_line(said))
    os.fsync(fd)
    seal.sync_directory(os.path.dirname(path))
