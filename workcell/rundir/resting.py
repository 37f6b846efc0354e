"""Runs on standby with nothing to do: `resting/<run>.<bytes>` of the home holds the status document of each.

It is a cache, as `ended/` is of runs that are over, so that a tick and a list need no full look at runs that sleep.

Invariants:
- `<bytes>` is the length of the ledger at the time. A ledger only grows, so the document of a run that went on counts
  no more, also where an older workcell brought it on, which does not know of it.
- Neither does one whose ledger is held, for which a message or a wish to finish waits, or of which a file that was
  read for it was changed since. Every doubt costs a full look and nothing else.
"""

import fcntl
import os
import stat
import time

from workcell.base import json_codec
from workcell.rundir import layout, look, maildir, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any

    from workcell.rundir import schema

FINISH = ".finish"
"""The end of the name of a wish to finish in `wake/` of the home."""

HOUR = 3600.0
"""Seconds after which a temporary file is of a writer that was killed."""

_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Resting:
    """The documents of one home, as one listing of their names tells."""

    def __init__(self, home: str) -> None:
        self._folder = os.path.join(home, layout.RESTING)
        self._ledgers = os.path.join(home, layout.LEDGER)
        self._sizes = _sizes(_names(self._folder))
        wishes = _names(os.path.join(home, layout.WAKE)) if self._sizes else []
        self._finish = {name[: -len(FINISH)] for name in wishes if name.endswith(FINISH)}

    def calm(self, run: str) -> bool:
        """Whether the run in that directory rests as it did when its document was written, and nothing waits for it."""
        name = run.rpartition("/")[2]
        size = self._sizes.get(name)
        if size is None or name in self._finish:
            return False
        return _stands(f"{self._ledgers}/{name}.jsonl", size) and not waits_for(run)

    def disturbed(self, runs: "list[str]", also: "Container[str]") -> "list[str]":
        """The directories of the runs that a tick has to look at: the calm ones only where `also` has their ids."""
        return [run for run in runs if os.path.basename(run) in also or not self.calm(run)]

    def document(self, run: str) -> "schema.Status | None":
        """The document of a run that is calm, without `dir`; None where a full look is needed."""
        if not self.calm(run):
            return None
        name = os.path.basename(run)
        path = os.path.join(self._folder, f"{name}.{self._sizes[name]}")
        try:
            written = os.stat(path).st_mtime_ns
            found: Any = json_codec.decode(safe_open.read(path, look.LARGEST) or b"")
            attempt = layout.attempt(run, int(found["attempt"]))
            for file in (f"{run}/{layout.LAUNCH}", f"{attempt}/{layout.ATTEMPT}", f"{attempt}/{layout.POLICY}"):
                if os.lstat(file).st_ctime_ns >= written:
                    return None  # it may not be what was pinned any more
        except (OSError, ValueError, KeyError, TypeError):
            return None
        document: schema.Status = found
        return document if json_codec.major(found, "status") == 1 else None


def waits_for(run: str) -> bool:
    """Whether anything lies in the inbox of the run, or a change of it was begun; also where that cannot be asked."""
    box = f"{run}/{layout.INBOX}"
    try:
        if os.listdir(f"{box}/{maildir.NEW}"):
            return True
        edits = f"{box}/{layout.EDITS}"
        return os.access(edits, os.F_OK) and bool(os.listdir(edits))
    except OSError:
        return True


def place(run: str, size: int, document: "schema.Status") -> None:
    """Keep the document of a run on standby, for the holder of the right to write it.

    `size` is the length of the ledger as it was read for the document. A disk that refuses costs full looks and
    nothing else.
    """
    folder, name = os.path.join(layout.home_of(run), layout.RESTING), os.path.basename(run)
    now = f"{name}.{size}"
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        seal.replace(folder, now, json_codec.encode(document))
        _remove(folder, lambda known: known.rpartition(".")[0] == name and known != now)
    except OSError:
        pass


def remove(run: str) -> None:
    """Remove what is kept of the run in that directory: it is over, or gone."""
    name = os.path.basename(run)
    _remove(os.path.join(layout.home_of(run), layout.RESTING), lambda known: known.rpartition(".")[0] == name)


def prune(home: str, live: "Container[str]") -> None:
    """Remove what others left: of runs that are not live, of lengths that a ledger has passed, and half written files.

    Another workcell ended or removed these runs, and writers were killed between two names.
    """
    folder = os.path.join(home, layout.RESTING)
    newest = _sizes(_names(folder))

    def left(known: str) -> bool:
        run = known.rpartition(".")[0]
        if known[0] == ".":
            return _old(os.path.join(folder, known))
        return run not in live or (run in newest and _sizes([known]).get(run, -1) < newest[run])

    _remove(folder, left)


def _old(path: str) -> bool:
    """Whether a file was last written more than `HOUR` ago, or has a time to come."""
    try:
        age = time.time() - os.lstat(path).st_mtime
    except OSError:
        return False
    return not 0.0 <= age <= HOUR


def _remove(folder: str, which: "Callable[[str], bool]") -> None:
    for name in _names(folder):
        if which(name):
            try:
                os.unlink(os.path.join(folder, name))
            except OSError:
                continue


def _names(folder: str) -> "list[str]":
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _sizes(names: "list[str]") -> "dict[str, int]":
    """By run: the highest length of its ledger at which a document was written."""
    found: dict[str, int] = {}
    for name in names:
        run, _, size = name.rpartition(".")
        if size.isdigit() and size.isascii():
            found[run] = max(int(size), found.get(run, 0))
    return found


def _stands(path: str, size: int) -> bool:
    """Whether the ledger has that many bytes, and no process holds it."""
    try:
        fd = os.open(path, _OPEN)
    except OSError:
        return False
    try:
        about = os.fstat(fd)
        if about.st_size != size or not stat.S_ISREG(about.st_mode):
            return False
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
