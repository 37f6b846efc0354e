"""logs: what the agent wrote, as bytes or as lines to read, whole, at its end, or as it grows."""

from collections.abc import Iterator
from dataclasses import dataclass

from workcell.base.errors import NotFound
from workcell.rundir import find, layout, look
from workcell.rundir.cell import Cell
from workcell.sessions import agent_log
from workcell.views import log_lines


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    follow: bool = False
    """Go on until the attempt has ended."""
    number: int | None = None
    """Only so many of the last lines."""
    attempt: int | None = None
    """Another attempt than the current one."""
    raw: bool = False
    """The bytes as they were written, secrets among them, in place of lines."""
    stderr: bool = False
    """What the agent wrote to standard error, where that is kept apart."""


def perform(cell: Cell, request: Request) -> Iterator[str] | Iterator[bytes]:
    """The operation `logs`: lines to read, or with `raw` its bytes. NotFound for an attempt that is not there."""
    path = find.run(cell.home, request.run)
    seen = look.at(path)
    n = request.attempt or seen.n
    if not agent_log.born(path, n):
        raise NotFound(f"{seen.id} has no attempt {n}", f"workcell status {seen.id}")
    if request.raw and request.follow:
        return agent_log.follow_raw(path, n, request.number, request.stderr)
    if request.raw:
        return agent_log.raw_tail(layout.attempt(path, n), request.number, request.stderr)
    return (log_lines.follow if request.follow else log_lines.whole)(seen, n, request.number, request.stderr)
