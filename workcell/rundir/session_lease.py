"""The claim of a run on a session of an agent program that no run began: a file for each, held under its own flock."""

import os
from collections.abc import Callable

from workcell.base import clock, json_codec
from workcell.base.errors import CannotCreate, Refused, TryAgain
from workcell.rundir import layout, locks, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

MAX_BYTES = 1 << 12
"""No line that `claim` writes is longer."""

LONGEST = 150
"""Maximum characters of a session's id that a file is named by."""


class Claimed:
    """A claimed session: until `close` no other run can ask for it. Closing gives back the flock only."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "Claimed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def path_of(home: str, agent: str, session: str) -> str:
    """Where the claim on the session lies. Refused for an id that can name no file."""
    plain = all(c.isalnum() or c in "-_." for c in session)
    if not plain or not session.isascii() or not 0 < len(session) <= LONGEST:
        raise Refused(f"{session!r} is no id by which a session can be claimed", "continue it in its own program")
    return os.path.join(home, layout.LEASES, f"session-{agent}-{session}")


def claim(home: str, agent: str, session: str, run_id: str, is_there: "Callable[[str], bool]") -> Claimed:
    """Claim the session for the run `run_id`; the answer keeps the flock until `close`.

    `is_there` says whether the run that the claim names still exists; it is asked under the flock. Content that is torn
    or empty is void. The caller makes its run exist before it closes.

    Raises Refused for a session that another run has, TryAgain while it is being claimed, CannotCreate when the claim
    cannot be written.
    """
    path = path_of(home, agent, session)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        fd = locks.take(path)
    except OSError as error:
        raise CannotCreate(f"cannot claim the session: {path}: {error.strerror}", "workcell doctor") from error
    if fd is None:
        raise TryAgain(f"the session {agent}:{session} is being adopted at this moment", "workcell sessions")
    try:
        named = _read(fd)
        if named is not None and named != run_id and is_there(named):
            raise Refused(
                f"the run {named} goes on with the session {agent}:{session}", f"workcell resume {named} --native"
            )
        record: schema.SessionLease = {
            "schema": "workcell.file.session/1",
            "run": run_id,
            "agent": agent,
            "session": session,
            "at": clock.stamp(),
        }
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        seal.write_all(fd, json_codec.encode_line(record))
        os.fsync(fd)
        seal.sync_directory(os.path.dirname(path))
    except OSError as error:
        os.close(fd)
        raise CannotCreate(f"cannot write the claim {path}: {error.strerror}", "workcell doctor") from error
    except BaseException:
        os.close(fd)
        raise
    return Claimed(fd)


def _read(fd: int) -> str | None:
    line, end, _ = os.pread(fd, MAX_BYTES, 0).partition(b"\n")
    if not end:  # the newline is written last: without it the line is torn
        return None
    try:
        run = json_codec.decode(line).get("run")
    except ValueError:
        return None
    return run if isinstance(run, str) and run and "/" not in run and run not in (".", "..") else None
