"""replay: what the terminal of an attempt showed, or its conversation, in the time that it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.base.errors import NotFound, Usage
from workcell.cleaning import caller_cleaner, run_cleaner
from workcell.cleaning.counted import Counted
from workcell.rundir import find, look
from workcell.rundir.cell import Cell
from workcell.sessions import agent_log, frames, outline
from workcell.sessions.frames import Frame
from workcell.sessions.session_reading import SessionTalk
from workcell.views import named_session, recordings

IDLE = 2.0
"""Maximum seconds of a pause."""
FASTEST = 1000.0


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run; or a session, as `sessions` names it."""
    attempt: int | None = None
    """Another attempt than the current one."""
    speed: float = 1.0
    """How much faster than it was."""
    idle: float = IDLE
    """Maximum seconds of a pause, before it is made faster."""
    columns: int = 80
    """Width of the terminal that it is shown in."""
    rows: int = 24
    """Height of that terminal."""


@dataclass(frozen=True)
class Played:
    """One thing to show."""

    pause: float
    """Seconds to wait before."""
    at: float
    """Seconds after the start at which it was."""
    text: str
    """What a terminal is sent: a frame that is drawn over the one before, or a line."""
    whole_screen: bool
    """Whether it is a frame."""
    still: str
    """The same frame as lines of text; empty for a line."""


def perform(cell: Cell, request: Request) -> Iterator[Played]:
    """The operation `replay`. Looks only.

    Raises what `find.run` raises, NotFound for an attempt that is not there, Refused for one that cannot be played,
    Usage for a speed or a pause that is none.
    """
    if not 0 < request.speed <= FASTEST or request.idle < 0:
        raise Usage("a speed is above zero, and a pause is not below it", "--speed 4 --idle 1s")
    session = named_session.find_session(cell, request.run)
    if session is not None:
        return _timed(_lines(_of_session(cell, session, request)), request)
    run = find.run(cell.home, request.run)
    seen = look.at(run)
    n = request.attempt or seen.n
    if not agent_log.born(run, n):
        raise NotFound(f"{seen.id} has no attempt {n}", f"workcell status {seen.id}")
    record = recordings.Recording(seen, n)
    if record.drawn:
        return _timed(_frames(record, request), request)
    return _timed(_lines(record.lines(Counted(run_cleaner.values(run)))), request)


def _of_session(cell: Cell, file: SessionFile, request: Request) -> Iterator[tuple[float, str]]:
    if request.attempt is not None:
        raise Usage("a session has no attempts", f"workcell replay {file.agent}:{file.id}")
    agent = registry.load(file.agent, cell.home)
    talk = SessionTalk(agent, file, outline.of(agent, file).about.directory)
    return recordings.told(talk, Counted(caller_cleaner.of(cell).secrets))


def _lines(lines: Iterator[tuple[float, str]]) -> Iterator[tuple[float, str, str]]:
    return ((at, f"{line}\r\n", "") for at, line in lines)


def _timed(parts: Iterator[tuple[float, str, str]], request: Request) -> Iterator[Played]:
    """(seconds after the start, text, lines) with the pauses between them."""
    before: float | None = None
    for at, text, still in parts:
        pause = 0.0 if before is None else min(at - before, request.idle) / request.speed
        before = at
        yield Played(pause, at, text, bool(still), still)


def _frames(record: recordings.Recording, request: Request) -> Iterator[tuple[float, str, str]]:
    before: Frame | None = None
    for frame in record.frames(ahead=False):
        fits = frames.fitted(frame, request.columns, request.rows)
        yield (
            frame.at,
            frames.change(before, fits),
            "\n".join(line.text.rstrip() for line in fits.lines).rstrip() + "\n",
        )
        before = fits
