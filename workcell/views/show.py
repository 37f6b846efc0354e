"""show: the conversation of an attempt or of a session as turns: prompts, answers, tool calls with their results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workcell.agents.session_files import SessionFile
from workcell.base.errors import NotFound, Usage
from workcell.cleaning import run_cleaner
from workcell.evidence import capture_state
from workcell.rundir import find, layout, look
from workcell.rundir.cell import Cell
from workcell.sessions import agent_log, conversation, turn_lines
from workcell.sessions.conversation import Conversation
from workcell.sessions.tail import Tail
from workcell.sessions.turns import Turn
from workcell.views import named_session, show_session

LAST = 20
"""Turns that are shown without being asked for more."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run; or a session, as `sessions` names it."""
    attempt: int | None = None
    """Another attempt than the current one."""
    last: int = LAST
    """Only so many of the last turns."""
    follow: bool = False
    """Go on until the attempt has ended, of a session without an end; gives lines to read in place of the result."""
    tools: bool = False
    """With `follow`: the whole input and output of each tool call."""


@dataclass(frozen=True)
class Result:
    id: str
    """The id of the run; of a session that was named by its own id, that id."""
    name: str | None
    """The name of the run; the title of the session."""
    attempt: int | None
    """Null where a session was named."""
    agent: str
    """Who reads its records: `claude`, `codex`."""
    session: str | None
    """The program's own name of the conversation."""
    source: str
    """`transcript`, or `stream`, which has no prompts."""
    model: str | None
    earlier: bool
    """Whether there are turns before these."""
    turns: list[Turn]
    """Oldest first."""


def perform(cell: Cell, request: Request) -> Result | Iterator[str]:
    """The operation `show`. NotFound for an attempt that is not there, and where no conversation can be read."""
    session = named_session.find_session(cell, request.run)
    if session is not None:
        return _of_session(cell, request, session)
    run = find.run(cell.home, request.run)
    seen = look.at(run)
    n = request.attempt or seen.n
    if not agent_log.born(run, n):
        raise NotFound(f"{seen.id} has no attempt {n}", f"workcell status {seen.id}")
    talk = conversation.of_attempt(seen, n)
    if talk is None:
        recipe = seen.recipe_name or "its recipe"
        words = f"attempt {n} of {seen.id} has no conversation that can be read (recipe {recipe})"
        raise NotFound(words, f"workcell logs {seen.id} --attempt {n}")
    if request.follow:
        return _follow(talk, request)
    return _result(seen, talk, talk.last_turns(request.last))


def _result(seen: look.Look, talk: Conversation, found: Tail) -> Result:
    for piece in found.reader.close():
        found.turns.add(piece)
    state = capture_state.stored(layout.attempt(talk.run, talk.n))
    clean = run_cleaner.of_run(talk.run)
    turns: Any = [turn.masked(clean.mask) for turn in found.turns.closed()]
    return Result(
        id=seen.id,
        name=seen.launch.get("name") if seen.launch else None,
        attempt=talk.n,
        agent=talk.agent.name,
        session=state["session"] if state else None,
        source=talk.kind,
        model=found.turns.model,
        earlier=found.earlier,
        turns=turns,
    )


def _of_session(cell: Cell, request: Request, session: SessionFile) -> Result | Iterator[str]:
    if request.attempt is not None:
        raise Usage("a session has no attempts", f"workcell show {session.agent}:{session.id}")
    if request.follow:
        return show_session.follow(cell, session, request.last, request.tools)
    shown = show_session.last(cell, session, request.last)
    return Result(
        id=session.id,
        name=shown.title,
        attempt=None,
        agent=session.agent,
        session=session.id,
        source="transcript",
        model=shown.model,
        earlier=shown.earlier,
        turns=shown.turns,
    )


def _follow(talk: Conversation, request: Request) -> Iterator[str]:
    cleaner = run_cleaner.of_run(talk.run)
    yield from cleaner.lines(_growing(talk, request), at_once=True)


def _growing(talk: Conversation, request: Request) -> Iterator[str]:
    """The last turns, and then each thing as it comes."""
    reader, turns, lines = talk.reader(), talk.turns(request.last), talk.lines()
    begun = False
    for chunk in talk.chunks(follow=True):
        for piece in reader.read(chunk):
            if begun:
                yield from turn_lines.live(piece, lines, request.tools)
            else:
                turns.add(piece)
        if chunk:
            continue
        if not begun:
            begun = True
            yield from turn_lines.turns(turns.closed(), tools=request.tools)
            for call in turns.waiting():
                lines.add(call)
            lines.pause()  # they have been shown
        yield from (f"  {line}" for line in lines.pause())
    for piece in reader.close():
        if begun:
            yield from turn_lines.live(piece, lines, request.tools)
        else:
            turns.add(piece)
    if not begun:
        yield from turn_lines.turns(turns.closed(), tools=request.tools)
    yield from (f"  {line}" for line in lines.close())
