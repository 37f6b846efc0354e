"""The right to write one run, and every record that is written by it.

Invariants of this module:

- The right to write is the flock on the ledger. A run of format 1 has no ledger: there it is runner.lock.
- A record is appended to the ledger and synced before its file is sealed. A crash between the two leaves a line
  without its file: the next holder seals the file from the line.
- A file of the run directory without a line was not written by a holder. It is recorded as foreign, moved to
  `attempts/NNN/foreign/`, and never read as a record.
- A line that the disk refuses raises OSError, and nothing else has changed then. A file that the disk refuses costs
  the copy in the run directory and nothing else.
"""

import errno
import os

from workcell.base import clock, digest, json_codec
from workcell.rundir import attempts, layout, ledger, locks, outcomes, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, TypeVar

    from workcell.rundir import schema

    Record = TypeVar("Record", bound=Mapping[str, object])

LARGEST = 1 << 26
"""Bytes of a file that are compared with its hash."""


class Writer:
    """A held right to write the run in the directory `run`. `close` gives it back."""

    def __init__(self, run: str, fd: int, runner_lock: int, book: "ledger.Book | None") -> None:
        self.run = run
        self.fd = fd
        """The descriptor that holds the right: of the ledger, or of runner.lock for a run without a ledger."""
        self.runner_lock = runner_lock
        """The descriptor of runner.lock, or -1 where it could not be opened: the lock that counts is the ledger's."""
        self.book = book
        """What the ledger says; None for a run without one."""
        self._altered: dict[int, list[str]] = {}

    def descriptors(self) -> "list[int]":
        """Every descriptor that a process must have for the right to pass to it."""
        return [fd for fd in (self.fd, self.runner_lock) if fd >= 0]

    def close(self) -> None:
        for fd in self.descriptors():
            os.close(fd)
        self.fd = self.runner_lock = -1

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign(self, role: str) -> None:
        """Say in runner.lock who holds the right: words for people, nothing is decided by them."""
        fd = self.fd if self.book is None else self.runner_lock
        if fd >= 0:
            locks.sign(fd, role)

    def forget(self) -> None:
        """Drop the records that were read: for a holder that lives for hours and only adds to them."""
        if self.book is not None:
            self.book.records.clear()

    # -- the ledger

    def append(self, *lines: "schema.LedgerLine") -> None:
        """Add lines to the ledger and sync them. Raises OSError, with nothing added, when the disk refuses."""
        assert self.book is not None
        data = b"".join(json_codec.encode_line(line) for line in lines)
        os.lseek(self.fd, self.book.size, os.SEEK_SET)
        try:
            seal.write_all(self.fd, data)
            os.fsync(self.fd)
        except OSError:
            os.ftruncate(self.fd, self.book.size)
            raise
        self.book.size += len(data)
        for line in lines:
            self.book.take_in(line)

    def born(self, n: int) -> None:
        """Record that attempt `n` begins: from here on the phase is that of attempt `n`."""
        home = ledger.witness(self.run, self.fd)
        self.append({"attempt": n, "born": True, "at": clock.stamp(), "home": home})

    def pin(self, n: int, files: "dict[str, bytes]") -> None:
        """Record the hashes of files that are known by their hash alone, before they are put in their place."""
        if self.book is not None:
            self.append(*pins(n, files))

    def seal(self, n: int, name: str, found: "Record") -> "Record":
        """Seal the record `name` of attempt `n`; the record that stands, which is an earlier one if there was one.

        Raises OSError when its line cannot be written.
        """
        if self.book is None:
            sealed: Any = json_codec.decode(seal.seal(layout.attempt(self.run, n), name, json_codec.encode(found)))
            stands: Record = sealed
            return stands
        known: Record | None = self.book.record(n, name)
        if known is None:
            self.set_aside(n, (name,))
            data = json_codec.encode(found)
            made: Any = json_codec.decode(data)
            self.append({"attempt": n, "name": name, "sha256": digest.sha256(data), "record": made})
            known = made
        self._place(n, name, known)
        return known

    def set_aside(self, n: int, names: "Iterable[str]") -> "list[str]":
        """Move files without a line out of attempt `n`, and record that they stood there; their names."""
        assert self.book is not None
        folder = attempts.own(self.run, n)
        if folder is None:
            return []
        try:
            found = [name for name in names if attempts.there(folder, name)]
            if not found:
                return []
            if not set(found) <= set(self.book.foreign.get(n, ())):
                self.append({"attempt": n, "foreign": found, "at": clock.stamp()})
            for name in found:
                try:
                    attempts.move_to_foreign(folder, name)
                except OSError:
                    continue  # the ledger says that it is foreign: it is never read
            return found
        finally:
            os.close(folder)

    def _place(self, n: int, name: str, known: "Mapping[str, object]") -> None:
        """Make the file of a record what its line says. A disk that refuses costs the copy: the line stands."""
        folder = attempts.own(self.run, n)
        if folder is None:
            return
        data = json_codec.encode(known)
        try:
            if safe_open.read(name, LARGEST, folder=folder) == data:
                return
            if attempts.is_directory(folder, name):
                attempts.set_aside(folder, name)
            seal.replace_in(folder, name, data)
        except OSError:
            pass
        finally:
            os.close(folder)

    # -- what a holder finds and puts right

    def mend(self, n: int) -> None:
        """Put the run directory right before attempt `n` is brought on: directories, links, records.

        Records that have their line are sealed again where they are missing or differ; records without a line are
        set aside. Raises OSError when a line cannot be written.
        """
        if self.book is None:
            return
        self.restore(n)
        self.set_aside(n, [name for name in ledger.WITNESSED if (n, name) not in self.book.records])

    def restore(self, n: int) -> None:
        """Make the directories of attempt `n`, the links and the files of its records what they should be.

        What the disk refuses costs the copy and nothing else.
        """
        if self.book is None:
            return
        attempts.make_own(self.run, n)
        for number, name in list(self.book.records):
            if number == n:
                self._place(n, name, self.book.records[number, name])
        _links(self.run, n)

    def find_tampering(self, n: int) -> "list[str]":
        """Names of the files of attempt `n` that a process without the right to write changed; [] for none.

        A file with the name of a record and no line in the ledger is moved to foreign/, and that is witnessed. A file
        that differed once stays in the list for as long as this writer lives, also when it is put back.
        """
        if self.book is None:
            return []
        self.set_aside(n, [name for name in ledger.WITNESSED if (n, name) not in self.book.records])
        self._altered[n] = list(dict.fromkeys([*self._altered.get(n, ()), *altered(self.run, self.book, n)]))
        return [*self.book.foreign.get(n, ()), *self._altered[n]]

    def end(self, document: "schema.Status") -> None:
        """Say in the home that the run is over; a full disk costs a slower listing and nothing else."""
        if self.book is None or (self.book.born, layout.RESULT) not in self.book.records:
            return
        where = ledger.ended_path(self.run)
        try:
            os.makedirs(os.path.dirname(where), 0o700, exist_ok=True)
            outcomes.place(layout.home_of(self.run), document)
            seal.replace(os.path.dirname(where), os.path.basename(where), json_codec.encode(document))
        except OSError:
            pass

    def reopen(self) -> None:
        """Take back that the run is over: before the next attempt begins. Raises OSError when that fails."""
        where = ledger.ended_path(self.run)
        try:
            os.unlink(where)
        except FileNotFoundError:
            return
        seal.sync_directory(os.path.dirname(where))


def pins(n: int, files: "dict[str, bytes]") -> "list[schema.LedgerLine]":
    """The lines for files that are known by their hash alone."""
    return [{"attempt": n, "name": name, "sha256": digest.sha256(data)} for name, data in files.items()]


def _born_in(home: "schema.Home", line: "schema.LedgerLine") -> "schema.LedgerLine":
    return {**line, "home": home}


def altered(run: str, book: ledger.Book, n: int) -> "list[str]":
    """Files that the ledger knows by their hash alone and that are not what it says, of the run and of attempt `n`."""
    found = []
    for (number, name), sha256 in book.hashes.items():
        if number not in (0, n) or (number, name) in book.records:
            continue
        try:
            data = safe_open.read(os.path.join(run, ledger.file_of(number, name)), LARGEST)
        except OSError:
            data = None
        if data is None or digest.sha256(data) != sha256:
            found.append(name)
    return found


def _links(run: str, n: int) -> None:
    """Make `current`, and the names that lead through it, what they should be."""
    wanted = {layout.CURRENT: f"{layout.ATTEMPTS}/{layout.number(n)}"}
    wanted.update({name: f"{layout.CURRENT}/{name}" for name in layout.LINKS})
    for name, target in wanted.items():
        path = os.path.join(run, name)
        try:
            if os.path.islink(path) and os.readlink(path) == target:
                continue
            if os.path.lexists(path) and not os.path.islink(path):
                safe_open.set_aside(path)
            seal.point(run, name, target)
        except OSError:
            continue


# -- how the right is had


def held(run: str) -> str:
    """Whether a process has the right to write the run: YES, NO or UNKNOWN."""
    where = ledger.path(run)
    return locks.held(where if os.path.lexists(where) else os.path.join(run, layout.RUNNER_LOCK))


def take(run: str, patience: float = locks.PATIENCE) -> "Writer | None":
    """The right to write the run, or None when another process kept it for `patience` seconds.

    A line that a dead writer left half written is cut back. Raises OSError when the ledger or lock cannot be opened.
    """
    where = ledger.path(run)
    if not os.path.lexists(where):
        fd = locks.take(os.path.join(run, layout.RUNNER_LOCK), patience)
        if fd is None or not os.path.lexists(where):
            return None if fd is None else Writer(run, fd, -1, None)
        os.close(fd)  # the run was adopted meanwhile
    fd = locks.take(where, patience, make=False)
    return None if fd is None else _opened(run, fd, None)


def inherit(run: str, fd: int, words: int) -> "Writer | None":
    """The right that another process passed on by its descriptors; None when `fd` is not the run's."""
    where = ledger.path(run)
    if not os.path.lexists(where):
        good = locks.is_of(fd, os.path.join(run, layout.RUNNER_LOCK))
        return Writer(run, fd, -1, None) if good else None
    return _opened(run, fd, words) if locks.is_of(fd, where) else None


def _opened(run: str, fd: int, words: "int | None") -> Writer:
    try:
        book = ledger.read(run) or ledger.Book()
        if book.problem is None and os.fstat(fd).st_size > book.size:
            os.ftruncate(fd, book.size)
    except BaseException:
        os.close(fd)
        raise
    if words is None:
        try:
            words = locks.take(os.path.join(run, layout.RUNNER_LOCK), 0, alone=True)
        except OSError:
            words = None
    return Writer(run, fd, -1 if words is None else words, book)


def create(run: str, head: "schema.LedgerLine", lines: "list[schema.LedgerLine]") -> Writer:
    """Make the ledger of a run that is being made or adopted, with its first attempt begun; the right to write it.

    It gets its name when it is whole and held. Raises FileExistsError when there is one, OSError when the disk
    refuses; nothing is left behind then.
    """
    where = ledger.path(run)
    os.makedirs(os.path.dirname(where), 0o700, exist_ok=True)
    temporary = os.path.join(os.path.dirname(where), f".{os.path.basename(where)}.{os.getpid()}")
    fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        got = locks.take(temporary, 0, make=False)
        if got is None:
            raise OSError(errno.EAGAIN, "the ledger of a new run is locked by another process", temporary)
        os.close(fd)
        fd = got
        made = Writer(run, fd, -1, ledger.Book())
        home = ledger.witness(run, fd)
        first: schema.LedgerLine = {
            "schema": ledger.SCHEMA,
            "run": os.path.basename(run),
            "at": clock.stamp(),
            **head,
            "home": home,
        }
        made.append(first, *(_born_in(home, line) if line.get("born") else line for line in lines))
        os.link(temporary, where)
        seal.sync_directory(os.path.dirname(where))
        return made
    except BaseException:
        os.close(fd)
        raise
    finally:
        try:
            os.unlink(temporary)
        except OSError:
            pass
