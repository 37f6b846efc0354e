"""The whole conversation in order, part by part, for what is written to a file: prompts, steps, ends of turns.

Memory is bounded by MOST_OPEN parts: a call waits for its answer, so that both are one step, and what came after it
waits behind it. What an answer says that comes later still is told as a step of its own, and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workcell.agents.events import Event
from workcell.sessions import lines
from workcell.sessions.records import Piece, PlainLine
from workcell.sessions.turns import Step, StepKind

if TYPE_CHECKING:
    from workcell.rundir.schema import EventData

MOST_OPEN = 64
"""Maximum number of parts that wait for the answer of a call."""

_BESIDE = ("cost", "raw", "session.started", "session.exited")
"""Kinds of what belongs to no turn."""


@dataclass(frozen=True)
class Prompt:
    """A turn begins."""

    number: int
    """From 1."""
    text: str | None
    """What the agent was asked; None where the records do not have it."""
    own: bool
    """Whether it is the brief as workcell gave it to the agent; the text is the objective then."""
    at: str | None
    """When, as the agent says."""


@dataclass(frozen=True)
class TurnEnd:
    """A turn is over."""

    ok: bool
    began: str | None
    ended: str | None


Part = Prompt | Step | TurnEnd


def masked(part: Part, mask: Callable[[str], str]) -> Part:
    """The part with every text passed through `mask`."""
    if isinstance(part, Prompt):
        return replace(part, text=None if part.text is None else mask(part.text))
    if isinstance(part, Step):
        result = None if part.result is None else mask(part.result)
        return replace(part, line=mask(part.line), text=mask(part.text), result=result)
    return part


def _more(text: str, line: str) -> str:
    """The words of a notice or a failure where its line does not have all of them, else nothing."""
    return text if len(text) > len(line) and text.strip() not in line else ""


class Story:
    """Makes parts of pieces; what the line of a step says is not in its `text` again.

    `cwd`, `own_prompt`, `objective` and `earlier` are those of `Lines`.
    """

    def __init__(
        self,
        cwd: str | None = None,
        own_prompt: str | None = None,
        objective: str | None = None,
        earlier: Iterable[Event] = (),
    ) -> None:
        self._earlier = lines.by_call(earlier)
        self._own_prompt, self._objective = own_prompt, objective
        self._lines = lines.Lines(cwd)
        self._parts: dict[str, Part] = {}
        """Parts that were not given yet, in order: a call by `call:` and its id, any other by a number."""
        self._count = 0
        self._calls: dict[str, Event] = {}
        """The calls among them that have no answer yet."""
        self._number = 0
        self._open = self._asked = False
        """Whether a turn goes on, and whether its prompt has been told."""
        self._began: str | None = None

    def add(self, piece: Piece) -> Iterator[Part]:
        """The parts that are ready after this piece."""
        if isinstance(piece, PlainLine):
            self._put("line", Step("note", piece.text, "", None))
        else:
            self._event(piece)
        yield from self._ready()

    def close(self) -> Iterator[Part]:
        """The parts that are left: calls that were never answered, what all of it cost."""
        self._calls = {}
        for line in self._lines.close():
            self._put("line", Step("note", line, "", None))
        yield from self._ready()

    def _ready(self) -> Iterator[Part]:
        while self._parts:
            name = next(iter(self._parts))
            if name in self._calls:
                if len(self._parts) <= MOST_OPEN:
                    return
                del self._calls[name]
            yield self._parts.pop(name)

    def _put(self, kind: str, part: Part) -> None:
        self._count += 1
        self._parts[f"{kind}:{self._count}"] = part

    def _event(self, event: Event) -> None:
        kind = event["type"]
        if kind == "turn.started":
            if not self._open:
                self._begin(event)
        elif kind == "user.prompt":
            self._prompt(event)
        elif kind == "assistant.message":
            self._step(event, "said", "", event["text"])
        elif kind == "tool.call":
            self._call(event)
        elif kind == "tool.result":
            self._result(event, event["data"])
        elif kind == "turn.completed":
            self._end(event, event["data"])
        else:
            for line in self._lines.add(event):
                self._step(event, "error" if kind == "error" else "note", line, _more(event["text"], line))

    def _begin(self, event: Event) -> None:
        self._open, self._asked, self._began = True, False, event["agent_time"]

    def _prompt(self, event: Event) -> None:
        if not self._open or self._asked:
            self._begin(event)
        own = lines.is_own(event["text"], self._own_prompt)
        text = self._objective if own and self._objective else event["text"]
        self._ask(text, own=own, at=event["agent_time"])

    def _ask(self, text: str | None, *, own: bool, at: str | None) -> None:
        self._asked, self._number = True, self._number + 1
        self._began = self._began or at
        self._put("prompt", Prompt(self._number, text, own, at or self._began))

    def _in_turn(self, event: Event) -> None:
        """See that a step has a turn that it belongs to."""
        if not self._asked:
            if not self._open:
                self._begin(event)
            self._ask(None, own=False, at=event["agent_time"])

    def _step(self, event: Event, kind: StepKind, line: str, text: str) -> None:
        if event["type"] not in _BESIDE:
            self._in_turn(event)
        side = bool(event["data"].get("side"))
        self._put("step", Step(kind, line, text, event["agent_time"], side))

    def _call(self, event: Event) -> None:
        data = event["data"]
        name = f"call:{data.get('call') or event['id']}"
        if name in self._calls:
            return
        self._in_turn(event)
        self._calls[name] = event
        self._parts.pop(name, None)
        step = Step(
            "tool",
            self._lines.call_line(event),
            event["text"],
            event["agent_time"],
            bool(data.get("side")),
            tool=data.get("tool"),
            files=tuple(data.get("files") or ()),
        )
        self._parts[name] = step

    def _result(self, event: Event, data: EventData) -> None:
        name = f"call:{data.get('call')}"
        earlier = self._earlier.pop(str(data.get("call")), None)
        if earlier is not None and name not in self._calls:
            self._call(earlier)
        call, step = self._calls.pop(name, None), self._parts.get(name)
        code = data.get("exit_code")
        ended = lines.outcome(event, call)
        if call is None or not isinstance(step, Step):
            line = f"answer of an earlier call {ended}".rstrip()
            step = Step("tool", line, "", event["agent_time"], bool(data.get("side")))
            name, ended = "", ""
        answered = replace(
            step,
            line=f"{step.line} {ended}".rstrip(),
            result=event["text"],
            failed=bool(data.get("failed")),
            exit_code=None if code is None else int(code),
        )
        if name:
            self._parts[name] = answered
        else:
            self._put("step", answered)

    def _end(self, event: Event, data: EventData) -> None:
        for line in self._lines.add(event):
            self._step(event, "note" if data.get("ok") else "error", line, _more(event["text"], line))
        if not self._open:
            return
        self._calls = {}
        self._open = self._asked = False
        self._put("end", TurnEnd(bool(data.get("ok")), self._began, event["agent_time"]))
