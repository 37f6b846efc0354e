"""Turns as lines for a terminal: the prompt, and below it what the agent said and did."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from workcell.base import clock
from workcell.sessions import story
from workcell.sessions.lines import Lines
from workcell.sessions.records import Piece, PlainLine
from workcell.sessions.turns import Step, Turn

OUTPUT = 40
"""Maximum lines of what a tool was given or answered that are shown at each end."""


def turns(found: Iterable[Turn], *, tools: bool = False) -> Iterator[str]:
    """The turns, with an empty line between them; with `tools` the whole input and output of each call."""
    for number, turn in enumerate(found):
        if number:
            yield ""
        yield from one(turn, tools)


def one(turn: Turn, tools: bool) -> Iterator[str]:
    """One turn."""
    prompt = (turn.prompt or "(what was asked is not in these records)").split("\n")
    yield f"> {prompt[0]}{_when(turn)}"
    yield from (f"  {line}".rstrip() for line in prompt[1:])
    if turn.left_out:
        yield f"  ({turn.left_out} earlier steps are not shown)"
    for step in turn.steps:
        yield from _step(step, tools)


def _when(turn: Turn) -> str:
    """`  (12:03, took 2m 10s)`, in the zone of this machine."""
    words = []
    began, ended = _epoch(turn.started_at), _epoch(turn.ended_at)
    if began is not None:
        words.append(time.strftime("%H:%M", time.localtime(began)))
    if began is not None and ended is not None:
        words.append(f"took {clock.span(max(0.0, ended - began))}")
    if turn.ok is None:
        words.append("not ended")
    elif not turn.ok:
        words.append("failed")
    return f"  ({', '.join(words)})" if words else ""


def _epoch(stamp: str | None) -> float | None:
    try:
        return clock.parse(stamp) if stamp else None
    except ValueError:
        return None  # the times are the agent's own, and may have any form


def _step(step: Step, tools: bool) -> Iterator[str]:
    aside = "sub-agent: " if step.side and step.kind != "tool" else ""
    if step.kind == "said":
        yield from (f"  {line}".rstrip() for line in (aside + step.text).split("\n"))
        return
    unanswered = " …" if step.kind == "tool" and step.failed is None else ""
    yield f"  · {aside}{step.line}{unanswered}"
    if tools and step.kind == "tool":
        yield from _cut(step.text.split("\n")[1:])
        yield from _cut((step.result or "").split("\n"))


def _cut(lines: list[str]) -> Iterator[str]:
    """The lines of an input or an answer, indented, without the middle of very many."""
    if lines == [""]:
        return
    left = len(lines) - 2 * OUTPUT
    shown = [*lines[:OUTPUT], f"… {left} more lines", *lines[-OUTPUT:]] if left > 1 else lines
    yield from (f"      {line}".rstrip() for line in shown)


def told(part: story.Part, tools: bool = False) -> Iterator[str]:
    """One part of a conversation that is told from its beginning."""
    if isinstance(part, story.Prompt):
        text = part.text if part.text is not None else "(what was asked is not in these records)"
        yield ""
        yield from (f"{'  ' if number else '> '}{line}".rstrip() for number, line in enumerate(text.split("\n")))
    elif isinstance(part, Step):
        yield from _step(part, tools)
    elif not part.ok:
        yield "  · the turn failed"


def live(piece: Piece, lines: Lines, tools: bool) -> Iterator[str]:
    """The lines of a piece that has just come, as they stand below a turn."""
    made = lines.add(piece)
    if isinstance(piece, PlainLine):
        return
    if piece["type"] == "user.prompt":
        yield ""
        yield from (f"> {line.removeprefix('asked ')}" if not at else f"  {line}" for at, line in enumerate(made))
    elif piece["type"] == "assistant.message":
        for line in made:
            yield f"  {line.removeprefix('said ').rstrip()}" if line.startswith("said ") else f"  {line}"
    else:
        yield from (f"  · {line}" for line in made)
    if tools and piece["type"] in ("tool.call", "tool.result"):
        text = piece["text"].split("\n")
        yield from _cut(text[1:] if piece["type"] == "tool.call" else text)
