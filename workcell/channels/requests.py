"""The operations notify ls, notify test and notify lint."""

from dataclasses import dataclass

from workcell.channels import added, notify, sending
from workcell.channels.to.registry import Kind
from workcell.rundir.cell import Cell
from workcell.texts import document


@dataclass(frozen=True)
class LsRequest:
    events: bool = False
    """Also every event, with a sentence that says when it is sent."""


@dataclass(frozen=True)
class Listed:
    adapters: tuple[notify.Row, ...]
    faults: list[str]
    """What is wrong with adapters that cannot be used, a line each."""
    unrouted: int
    """Notices that have not been looked at yet."""
    events: tuple[notify.Event, ...]
    """Every word that `events:` of an adapter takes; empty unless asked for."""


@dataclass(frozen=True)
class TestRequest:
    name: str
    """The adapter, as `notify ls` names it."""


@dataclass(frozen=True)
class Tested:
    name: str
    uses: str
    outcome: str
    """delivered, retry, refused or unknown."""
    said: str
    """What the far end said."""
    seconds: float
    ok: bool
    """Whether it was delivered."""
    unattended: str | None
    """Why a timer or the end of a run could not send, though this process can."""


@dataclass(frozen=True)
class ShowRequest:
    name: str
    """The adapter, as `notify ls` names it."""


@dataclass(frozen=True)
class Shown:
    name: str
    file: str
    """Where it lies."""
    origin: str
    """Whose it is: yours, or shipped with workcell."""
    text: str


@dataclass(frozen=True)
class AddRequest:
    kind: Kind
    """Which kind of destination."""
    test: bool = False
    """Send a test message at once."""


@dataclass(frozen=True)
class Added:
    name: str
    file: str
    """What was written."""
    to_do: list[str]
    """What a person has to fill in before a notice can arrive, a line each."""
    tested: Tested | None
    """What came of the test; null where none was asked for."""


@dataclass(frozen=True)
class LintRequest:
    files: tuple[str, ...]
    """Paths of adapter files."""


@dataclass(frozen=True)
class LintResult:
    faults: list[str]
    """Every fault, a line each."""


def perform_ls(cell: Cell, request: LsRequest) -> Listed:
    """The operation `notify ls`."""
    shelf = sending.adapters(cell.home)
    found = notify.notify_ls(cell.home, shelf.usable, shelf.faults)
    words = notify.events() if request.events else ()
    return Listed(found.rows, [str(fault) for fault in found.faults], found.unrouted, words)


def perform_test(cell: Cell, request: TestRequest) -> Tested:
    """The operation `notify test`: really sends. NotFound for a name that there is not."""
    sent = sending.test(cell.home, request.name)
    return Tested(sent.name, sent.uses, sent.outcome, sent.said, sent.seconds, sent.ok, sent.unattended)


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `notify show`. NotFound for a name that there is not."""
    item = added.find(cell.home, request.name)
    text = document.decode(document.load(item.path), item.path)
    return Shown(item.name, item.path, item.origin, text)


def perform_add(cell: Cell, request: AddRequest) -> Added:
    """The operation `notify add`. Refused where the home has a file of that name already."""
    made = added.add(cell.home, request.kind)
    tested = perform_test(cell, TestRequest(made.name)) if request.test else None
    return Added(made.name, made.file, made.to_do, tested)


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `notify lint`. No program is run and nothing is sent."""
    return LintResult([str(fault) for fault in notify.notify_lint(request.files)])
