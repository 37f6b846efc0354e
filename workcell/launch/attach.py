"""attach: a window onto a live run, as an operation; what it does stands in `window`."""

from dataclasses import dataclass

from workcell.launch import window
from workcell.rundir import find
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    read_only: bool = False
    """Look, and type nothing."""


def perform(cell: Cell, request: Request) -> window.Opening:
    """The operation `attach`: what the asker's terminal has to exec. Raises as `find.run` and `window.prepare`."""
    return window.prepare(cell.home, find.run(cell.home, request.run), request.read_only)
