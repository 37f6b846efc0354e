"""show of a session that is named by its own id: the turns in the file that the agent program keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.cleaning import caller_cleaner
from workcell.rundir.cell import Cell
from workcell.sessions import outline, owners, turn_lines
from workcell.sessions.lines import Lines
from workcell.sessions.session_reading import SessionReading
from workcell.sessions.turns import Turn

REWRITTEN = "(the file of the session was written anew)"


class Shown(NamedTuple):
    """The last turns of a session."""

    title: str | None
    model: str | None
    earlier: bool
    """Whether there are turns before these."""
    turns: list[Turn]


def last(cell: Cell, file: SessionFile, number: int) -> Shown:
    """The last turns, with secrets masked. NotFound where the file is gone."""
    agent = registry.load(file.agent, cell.home)
    about = outline.of(agent, file)
    with SessionReading(agent, file, about.about.directory) as reading:
        found = reading.last_turns(number)
    for piece in found.reader.close():
        found.turns.add(piece)
    clean = caller_cleaner.of(cell)
    turns: Any = [turn.masked(clean.mask) for turn in found.turns.closed()]
    title = owners.title_of(cell.home, file, about)
    return Shown(
        None if title is None else clean.mask(title), found.turns.model or about.about.model, found.earlier, turns
    )


def follow(cell: Cell, file: SessionFile, number: int, tools: bool) -> Iterator[str]:
    """Lines: the last turns, and then each thing as it is written, until the file is gone."""
    yield from caller_cleaner.of(cell).lines(_growing(cell, file, number, tools), at_once=True)


def _growing(cell: Cell, file: SessionFile, number: int, tools: bool) -> Iterator[str]:
    agent = registry.load(file.agent, cell.home)
    directory = outline.of(agent, file).about.directory
    with SessionReading(agent, file, directory) as reading:
        found = reading.last_turns(number)
        yield from turn_lines.turns(found.turns.closed(), tools=tools)
        reader, lines = found.reader, Lines(directory)
        for call in found.turns.waiting():
            lines.add(call)
        lines.pause()  # they have been shown
        for chunk in reading.grown():
            if chunk is None:
                reader, lines = reading.reader(), Lines(directory)
                yield REWRITTEN
                continue
            for piece in reader.read(chunk):
                yield from turn_lines.live(piece, lines, tools)
            if not chunk:
                yield from (f"  {line}" for line in lines.pause())
