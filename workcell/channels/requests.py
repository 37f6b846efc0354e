"""The operations notify ls, notify test and notify lint."""

from dataclasses import dataclass

from workcell.channels import notify, sending
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class LsRequest:
    """Every adapter of the home."""


@dataclass(frozen=True)
class Listed:
    adapters: tuple[notify.Row, ...]
    faults: list[str]
    """What is wrong with adapters that cannot be used, a line each."""
    unrouted: int
    """Notices that have not been looked at yet."""


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
    return Listed(found.rows, [str(fault) for fault in found.faults], found.unrouted)


def perform_test(cell: Cell, request: TestRequest) -> Tested:
    """The operation `notify test`: really sends. NotFound for a name that there is not."""
    sent = sending.test(cell.home, request.name)
    return Tested(sent.name, sent.uses, sent.outcome, sent.said, sent.seconds, sent.ok)


def perform_lint(cell: Cell, request: LintRequest) -> LintResult:
    """The operation `notify lint`. No program is run and nothing is sent."""
    return LintResult([str(fault) for fault in notify.notify_lint(request.files)])
