"""What the ledger of a run says of its place among runs: its parent, its grants, and which process its runner is."""

import os

from workcell.rundir import layout, ledger, look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

DEEPEST = 64
"""Maximum number of parents that are followed. A longer chain, or one that closes in a circle, is no descent."""


def directory(home: str, run: str) -> str:
    """The directory of the run of that id."""
    return os.path.join(home, layout.RUNS, run)


def runner_identity(home: str, run: str, n: int) -> "schema.Identity | None":
    """The identity of the runner of attempt `n`, as it was recorded at its start; None where none is on record."""
    where = directory(home, run)
    book = _book(where)
    start: schema.Start | None
    if book is None:
        start = look.read_record(layout.attempt(where, n), layout.START, [], required=False)
    else:
        start = book.record(n, layout.START)
    found = start.get("runner") if start else None
    return found or None


def parent_of(home: str, run: str) -> "schema.Parent | None":
    """{run, attempt} of the run that the run was launched from inside of; None for one launched from outside."""
    found = _head(home, run).get("parent")
    return found if isinstance(found, dict) and isinstance(found.get("run"), str) else None


def depth(home: str, run: str) -> int:
    """How many runs stand above the run: its parent, the parent of that one, and so on; at most DEEPEST."""
    for number in range(DEEPEST):
        above = parent_of(home, run)
        if above is None:
            return number
        run = str(above["run"])
    return DEEPEST


def granted_to(home: str, run: str) -> "frozenset[str]":
    """The operations that the run was granted at its launch beyond those of any run; empty where none can be read."""
    found = _head(home, run).get("may")
    return frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()


def _head(home: str, run: str) -> "schema.LedgerLine":
    """The first line of the ledger. A run without a ledger is of format 1, which knew neither parents nor grants."""
    book = _book(directory(home, run))
    return {} if book is None or book.problem is not None else book.head


def unreadable(home: str, run: str) -> bool:
    """Whether the run has a ledger of which nothing can be believed: whose child it is cannot be told."""
    path = directory(home, run)
    book = _book(path)
    return book.problem is not None if book is not None else ledger.exists(path)


def _book(run: str) -> "ledger.Book | None":
    try:
        return ledger.read(run)
    except OSError:
        return None


def descends_from(home: str, run: str, ancestor: str) -> bool:
    """Whether `ancestor` is the parent of the run, the parent of its parent, and so on. A run is not its own."""
    for _ in range(DEEPEST):
        above = parent_of(home, run)
        if above is None:
            return False
        run = str(above["run"])
        if run == ancestor:
            return True
    return False
