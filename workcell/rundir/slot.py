"""Room on disk for the exit record, taken before the agent starts: a full disk cannot lose the exit code.

The room is `ledger/<run>.slot` of the home. A whole record in it counts as the line of `exit.json` until that line
is appended; then the room is given back.
"""

import errno
import os
import time

from workcell.base import json_codec
from workcell.rundir import ledger, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

SIZE = 4096
"""Bytes that are kept; the record is smaller, since its error text is cut at 500 characters."""

_TRIES = 5


class Slot:
    """The room of one run. Raises OSError when the disk has none."""

    def __init__(self, run: str) -> None:
        self._path = ledger.slot_path(run)
        self._fd = os.open(
            self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600
        )
        try:
            os.posix_fallocate(self._fd, 0, SIZE)
        except (AttributeError, OSError) as error:
            # macOS has no posix_fallocate, and some file systems (ZFS, some FUSE) refuse it
            if getattr(error, "errno", None) not in (None, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise
            seal.write_all(self._fd, bytes(SIZE))
        os.fsync(self._fd)

    def keep(self, n: int, found: "schema.Exit") -> bool:
        """Put the exit record of attempt `n` into the room; False when the disk refuses even that."""
        data = json_codec.encode_line({"attempt": n, "record": found})
        if len(data) > SIZE:
            raise ValueError("the record is larger than the room kept for it")
        for turn in range(_TRIES):
            try:
                os.pwrite(self._fd, data, 0)
                os.ftruncate(self._fd, len(data))
                os.fsync(self._fd)
                return True
            except OSError:
                time.sleep(0.01 * 2**turn)
        return False

    def close(self) -> None:
        os.close(self._fd)


def kept(run: str, n: int) -> "schema.Exit | None":
    """The exit record of attempt `n` that was kept; None when there is none. Zeros are all that stands there before."""
    try:
        data = safe_open.read(ledger.slot_path(run), SIZE)
        found = json_codec.decode((data or b"").rstrip(b"\0"))
    except (OSError, ValueError):
        return None
    exit: Any = found.get("record")
    good = found.get("attempt") == n and isinstance(exit, dict) and json_codec.major(exit, "exit") == 1
    return exit if good else None


def give_back(run: str) -> None:
    """Remove the room: the record has its line."""
    try:
        os.unlink(ledger.slot_path(run))
    except OSError:
        pass
