"""screen: what the terminal of a run shows now, or showed at its end, as text, with colours, or as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.base import clock
from workcell.base.errors import NotFound, Refused
from workcell.cleaning import run_cleaner
from workcell.evidence import screen as drawn
from workcell.rundir import find, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.sessions import agent_log, recording
from workcell.terminal import styled, svg
from workcell.views import clean_frames, moment

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    form: Literal["text", "ansi", "svg"] = "text"
    """Plain text, text with the colours of a terminal, or an SVG picture."""
    attempt: int | None = None
    """Another attempt than the current one."""
    at: str | None = None
    """What it showed then: `14:05`, a date with a time, or `+12m` after its start; without `attempt` in the attempt
    that ran then."""


@dataclass(frozen=True)
class Result:
    id: str
    attempt: int
    live: bool
    """Whether the agent still runs; else this is what its terminal showed last."""
    columns: int
    """Width of the terminal in columns."""
    rows: int
    """Height of the terminal in rows."""
    at: str | None
    """The moment that was asked for, and null for now or the end."""
    content: str
    """The screen in the form that was asked for, cleaned; blank rows at its end are left out."""


class _Frames(styled.StyledScreen):
    """Keeps the frame that a program with a full screen left: it shows more than the scroll below."""

    left: list[styled.Line] | None = None

    def switch(self, on: bool, keep_cursor: bool) -> None:
        if self.alternate and not on:
            self.left = self.styled_lines()
        super().switch(on, keep_cursor)


def perform(cell: Cell, request: Request) -> Result:
    """The operation `screen`. Looks only.

    Raises what `find.run` and `moment.find` raise, NotFound for an attempt that is not there, Refused for one without
    a terminal, or, where a moment is asked for, without times.
    """
    run = find.run(cell.home, request.run)
    seen = look.at(run)
    when, n = None, request.attempt or seen.n
    if not agent_log.born(run, n):
        raise NotFound(f"{seen.id} has no attempt {n}", f"workcell status {seen.id}")
    if request.at is not None:
        attempts = [n] if request.attempt or request.at.startswith("+") else range(n, 0, -1)
        when = moment.find(seen, attempts, request.at, cell.clock())
        n = when.attempt
    sealed = look.Sealed(seen, n)
    if sealed.attempt is None or sealed.attempt.get("io") != "terminal":
        raise Refused(f"attempt {n} of {seen.id} has no terminal", f"workcell logs {seen.id}")
    live = n == seen.n and seen.phase in (phase.RUNNING, phase.ORPHANED)
    directory = layout.attempt(run, n)
    if when is not None:
        shown = _then(seen, when, sealed.attempt["terminal"])
        frame, columns, rows = shown.styled_lines(), shown.columns, shown.rows
    else:
        columns, rows = drawn.size(seen.agent_pid if live else None, sealed.attempt, directory)
        frame = _frame(directory, columns, rows, live=live)
    while frame and not frame[-1].text.strip():
        frame.pop()
    title = f"{seen.launch.get('name') if seen.launch else seen.id} · attempt {n}"
    if when is not None:
        title += f" · {clock.local(clock.parse(when.stamp))}"
    content = _content(clean_frames.cleaned(run_cleaner.of_run(run).text, frame, columns), columns, request.form, title)
    return Result(seen.id, n, live, columns, rows, when.stamp if when else None, content)


def _then(seen: look.Look, when: moment.Moment, size: schema.Terminal) -> styled.StyledScreen:
    """The screen at a moment, from what was written before it."""
    directory = layout.attempt(seen.run, when.attempt)
    if not recording.exists(directory):
        words = f"attempt {when.attempt} of {seen.id} was recorded without times"
        raise Refused(words, f"workcell screen {seen.id} --attempt {when.attempt}")
    before, pieces = recording.until(directory, when.after, drawn.TAIL)
    shown = styled.StyledScreen(*(before or (size["columns"], size["rows"])))
    for piece in pieces:
        if piece.size is not None:
            shown.resize(*piece.size)
        shown.feed(piece.data)
    return shown


def _frame(directory: str, columns: int, rows: int, *, live: bool) -> list[styled.Line]:
    """The rows from the top."""
    shown = _Frames(columns, rows)
    shown.feed(drawn.tail(directory))
    if not live and not shown.alternate and shown.left is not None:
        return shown.left
    return shown.styled_lines()


def _content(frame: list[styled.Line], columns: int, form: str, title: str) -> str:
    if form == "svg":
        return svg.picture(frame, columns, title, "\n".join(line.text for line in frame))
    return "".join(f"{styled.ansi(line) if form == 'ansi' else line.text}\n" for line in frame)
