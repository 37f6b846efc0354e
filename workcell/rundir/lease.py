"""A claim on a working tree: one file per tree, named by device and inode of its top, held under its own flock.

A tree that runs share has a directory of members beside that file. A run that shares a tree and one that does not
exclude each other, by the line of the one and by the members of the others.
"""

import os
from collections.abc import Callable

from workcell.base import clock, json_codec
from workcell.base.errors import CannotCreate, NotFound, TreeBusy, TryAgain
from workcell.rundir import layout, locks, seal, tree_members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

MAX_BYTES = 1 << 16
"""No line that `claim` writes is longer; what is was not written by it."""


def name_of(top: str) -> str:
    """The lease's file name, `<dev>-<ino>` of the directory: every path that leads to one tree gives one name.

    Raises NotFound when there is no such directory.
    """
    try:
        found = os.stat(os.path.join(top, "."))
    except OSError as error:
        raise NotFound(f"no working tree at {top!r}: {error.strerror}", "put it back, or name another") from error
    return f"{found.st_dev}-{found.st_ino}"


def path_of(home: str, top: str) -> str:
    """Where the lease of the tree at `top` lies, whether or not it was ever claimed."""
    return os.path.join(home, layout.LEASES, name_of(top))


def holder(home: str, top: str) -> "schema.Lease | None":
    """What the lease says, `{schema, run, top, at}`; None when no run ever claimed it or nothing readable is there.

    A named run holds it only while that run is not done: this looks, it decides nothing.
    """
    try:
        fd = os.open(path_of(home, top), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read(fd)
    finally:
        os.close(fd)


class Lease:
    """A claimed lease: `run` has the tree, and until `close` no other run can even ask for it.

    Closing gives back the flock only: the file goes on naming the run, and that holds while the run lives.
    """

    def __init__(self, fd: int, path: str, run: str, top: str) -> None:
        self._fd = fd
        self.path = path
        self.run = run
        self.top = top

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def claim(
    home: str,
    top: str,
    run_id: str,
    is_live: "Callable[[str], bool]",
    patience: float = locks.PATIENCE,
    *,
    shared: bool = False,
) -> Lease:
    """Claim the working tree at `top` for `run_id`; the answer keeps the flock until `close`.

    With `shared` other runs that share it may have it, too. `is_live` says whether the run that the lease names exists
    and is not done; it is asked under the flock, and an answer that it cannot give it must raise: a run that cannot be
    asked about is not gone. Content that is torn, empty or names no possible run is void. The caller makes his run not
    done (the rename of a launch, the switch of a resume) on disk before he closes.

    Raises TreeBusy for a run that is not done, of which one shares the tree and the other does not; TryAgain, naming
    who had it last, after `patience` seconds of a held flock; NotFound without a tree; CannotCreate when the lease file
    cannot be made or written.
    """
    path = path_of(home, top)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        fd = locks.take(path, patience)
    except OSError as error:
        words = f"cannot claim the working tree {top!r}: {path}: {error.strerror}"
        raise CannotCreate(words, "workcell doctor") from error
    if fd is None:
        raise TryAgain(
            f"the working tree {top!r} is being claimed{_by(holder(home, top))} at this moment",
            "try again in a few seconds",
        )
    wanted: schema.Lease = {"schema": "workcell.file.lease/1", "run": run_id, "top": top, "at": clock.stamp()}
    try:
        _enter(fd, path, wanted, shared, is_live)
    except OSError as error:
        os.close(fd)
        raise CannotCreate(f"cannot write the lease {path}: {error.strerror}", "workcell doctor") from error
    except BaseException:
        os.close(fd)
        raise
    return Lease(fd, path, run_id, top)


def _enter(fd: int, path: str, wanted: "schema.Lease", shared: bool, is_live: "Callable[[str], bool]") -> None:
    """Write the lease, and the member of a shared one, unless another run has the tree. Raises as `claim`."""
    named, run, top = _read(fd), wanted["run"], wanted["top"]
    before = named["run"] if named is not None else None
    was_shared = named is not None and named.get("shared") is True
    if before is not None and before != run and not (shared and was_shared) and is_live(before):
        raise _busy(top, before)
    if not shared and (others := [one for one in tree_members.living(path, is_live) if one != run]):
        raise _busy(top, others[0])
    if shared:
        tree_members.add(path, run)
        wanted["shared"] = True
    # a claim that stands is not written again: killed halfway, it would be void while its run is not done
    if before != run or was_shared != shared:
        _write(fd, path, wanted)


def _busy(top: str, run: str) -> TreeBusy:
    return TreeBusy(
        f"the working tree {top!r} is in use by the run {run!r}, which is not over",
        f"workcell wait {run}, then give the same command again",
        run=run,
    )


def runs_in(home: str, top: str, is_live: "Callable[[str], bool]") -> "list[str]":
    """Ids of the runs that have the tree at `top` and are not done: one, or those that share it, sorted.

    Raises NotFound without a tree, and what `is_live` raises.
    """
    named = holder(home, top)
    found = tree_members.living(path_of(home, top), is_live)
    if named is not None and named["run"] not in found and is_live(named["run"]):
        found.append(named["run"])
    return sorted(found)


def _by(named: "schema.Lease | None") -> str:
    return f" (last by the run {named['run']!r})" if named else ""


def _read(fd: int) -> "schema.Lease | None":
    line, end, _ = os.pread(fd, MAX_BYTES, 0).partition(b"\n")
    if not end:  # the newline is written last: without it the line is torn
        return None
    try:
        said: Any = json_codec.decode(line)
    except ValueError:
        return None
    run = said.get("run")
    return said if isinstance(run, str) and run and "/" not in run and run not in (".", "..") else None


def _write(fd: int, path: str, said: "schema.Lease") -> None:
    """In place, since the flock is on this very inode; emptied first, so that no crash leaves two half lines."""
    os.ftruncate(fd, 0)
    os.lseek(fd, 0, os.SEEK_SET)
    seal.write_all(fd, json_codec.encode_line(said))
    os.fsync(fd)
    seal.sync_directory(os.path.dirname(path))
