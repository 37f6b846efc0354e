"""The ledger of a run: what its writers recorded in the home, outside the directory that the agent can write to.

`ledger/<run>.jsonl` grows by one synced line before each record of the run is sealed. A record of the run directory
stands if its line stands; the file in the run directory is a copy for people and programs. This module reads; the
one writer is `rundir.writer`.
"""

import os

from workcell.base import json_codec as record
from workcell.base import platform
from workcell.rundir import layout, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from workcell.rundir import schema

SCHEMA: "Final" = "workcell.file.ledger/2"
READS = (2,)
"""Major versions of the ledger that this workcell reads."""

LARGEST = 1 << 28
"""Bytes of a ledger that are read."""

WITNESSED = (layout.START, layout.EXIT, layout.FACTS, layout.VERIFY, layout.NEXT, layout.RESULT)
"""Records of an attempt that stand in their line as a whole."""


def path(run: str) -> str:
    """The ledger of the run in the directory `run`, whether or not there is one."""
    return _beside(run, layout.LEDGER, ".jsonl")


def slot_path(run: str) -> str:
    """The room on disk that is kept for the exit record of the run."""
    return _beside(run, layout.LEDGER, ".slot")


def ended_path(run: str) -> str:
    """The file that says that the run is over."""
    return _beside(run, layout.ENDED, "")


def _beside(run: str, folder: str, ending: str) -> str:
    head, name = os.path.split(run)
    return os.path.join(os.path.dirname(head), folder, name + ending)


def exists(run: str) -> bool:
    """Whether the run has a ledger. A run of format 1 that was never adopted has none."""
    return os.path.exists(path(run))


class Book:
    """What the whole lines of one ledger say.

    `born` is the number of the last attempt that was begun; `hashes` and `records` have the last line of each name,
    by (attempt, name), attempt 0 for the files of the run itself; `foreign` has the names, by attempt, that stood
    in the run directory without a line and that no person has taken note of. `size` is where the last whole line ends.
    """

    def __init__(self) -> None:
        self.head: schema.LedgerLine = {}
        self.born = 0
        self.homes: dict[int, schema.Home] = {}
        self.hashes: dict[tuple[int, str], str] = {}
        self.records: dict[tuple[int, str], Mapping[str, object]] = {}
        self.foreign: dict[int, list[str]] = {}
        self.size = 0
        self.bad = 0
        """Whole lines that cannot be read."""
        self.problem: str | None = None
        """Why nothing in the ledger can be relied on; None when it can."""

    def take_in(self, line: "schema.LedgerLine") -> None:
        """Add one line to what is known."""
        number = line.get("attempt")
        n = number if isinstance(number, int) else 0
        name = line.get("name")
        if line.get("schema") is not None:
            self.head = line
        if isinstance(name, str):
            key = (n, name)
            self.hashes[key] = str(line.get("sha256"))
            self.records.pop(key, None)
            if isinstance(line.get("record"), dict):
                self.records[key] = line["record"]
        if line.get("born"):
            self.born = max(self.born, n)
        if isinstance(line.get("home"), dict):
            self.homes[n] = line["home"]
        if isinstance(line.get("foreign"), list):
            known = self.foreign.setdefault(n, [])
            known += [str(one) for one in line["foreign"] if str(one) not in known]
        if isinstance(line.get("accepted_foreign"), list):
            self.foreign[n] = [one for one in self.foreign.get(n, ()) if one not in line["accepted_foreign"]]
        for word in ("adopted", "accepted"):
            if isinstance(line.get(word), dict):
                for file, sha256 in line[word].items():
                    self.hashes[key_of(str(file))] = str(sha256)

    def home(self) -> "schema.Home | None":
        """Where the current attempt was begun; None when no line says it."""
        return self.homes.get(self.born) or self.homes.get(0)

    def record(self, n: int, name: str) -> "Any":
        """The record `name` of attempt `n`, to which the caller gives its type; None where none stands."""
        return self.records.get((n, name))


def key_of(file: str) -> "tuple[int, str]":
    """(attempt, name) of a file that is named relative to the run: `env.json`, `attempts/001/verify.sh`."""
    head, _, rest = file.partition("/")
    number, _, name = rest.partition("/")
    if head == layout.ATTEMPTS and number.isdigit() and name:
        return int(number), name
    return 0, file


def file_of(n: int, name: str) -> str:
    """The name relative to the run: the inverse of `key_of`."""
    return f"{layout.ATTEMPTS}/{layout.number(n)}/{name}" if n else name


def read(run: str) -> "Book | None":
    """What the ledger of `run` says; None when there is none. Raises OSError when the system could not be asked."""
    where = path(run)
    data = safe_open.read(where, LARGEST)
    if data is None:
        if not os.path.lexists(where):
            return None
        book = Book()
        book.problem = f"{where} is no regular file, or may not be read"
        return book
    return parse(data)


def parse(data: bytes) -> Book:
    """The book of a ledger's bytes. A last line without its newline was torn by a crash and does not count."""
    book = Book()
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        line = data[start:end]
        start = end + 1
        try:
            found: Any = record.decode(line)
            book.take_in(found)
        except ValueError:
            book.bad += 1
    book.size = start
    major = record.major(book.head, "ledger")
    if not book.head:
        book.problem = "its ledger has no first line"
    elif major not in READS:
        book.problem = f"its ledger is of format {book.head.get('schema')!r}: install a newer workcell"
    elif not book.born:
        book.problem = "its ledger says of no attempt that it was begun"
    return book


def witness(run: str, fd: int) -> "schema.Home":
    """Where a ledger lies: boot id, device and inode of the home, inode of the ledger open as `fd`.

    A copy of a home, or one that was restored from a backup, has other inodes. The processes that its ledgers name
    may belong to the original: they must not be signalled.
    """
    home = os.stat(os.path.dirname(os.path.dirname(run)))
    return {"boot": platform.boot_id(), "dev": home.st_dev, "ino": home.st_ino, "ledger": os.fstat(fd).st_ino}


def copied(run: str, book: Book) -> bool:
    """Whether the current attempt was begun in another home than the one in which the ledger lies now.

    Device numbers of some file systems change with a boot, so they are compared within one boot only.
    """
    then = book.home()
    if not then:
        return False
    try:
        home, here = os.stat(os.path.dirname(os.path.dirname(run))), os.stat(path(run))
    except OSError:
        return True
    if (then.get("ino"), then.get("ledger")) != (home.st_ino, here.st_ino):
        return True
    return then.get("boot") == platform.boot_id() and then.get("dev") != home.st_dev
