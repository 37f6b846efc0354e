"""The conversation as turns: a prompt, and everything up to the end of the answer.

A builder takes pieces in the order of the file and keeps the last turns alone, so its memory is bounded by them. It may
begin anywhere in a file: what comes before the first prompt is a turn whose prompt is not known.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from workcell.agents.events import Event
from workcell.sessions import lines
from workcell.sessions.records import Piece, PlainLine

if TYPE_CHECKING:
    from workcell.rundir import schema

MOST_STEPS = 2000
"""Maximum number of steps of one turn that are kept; the oldest are left out."""

StepKind = Literal["said", "tool", "note", "error"]


@dataclass(frozen=True)
class Step:
    """One thing that the agent said or did, or that befell it."""

    kind: StepKind
    """said: words of the agent; tool: a call of a tool; note: a notice, a retry; error: a failure."""
    line: str
    """In one line: `Bash: make test → exit 1`, `edited src/a.py +4 −1`; of words, their first line."""
    text: str
    """The whole words, or the whole input of the call; at most 32,768 characters."""
    at: str | None
    """When the agent says that it was; null where its records have no time."""
    side: bool = False
    """Whether a sub-agent did it."""
    tool: str | None = None
    result: str | None = None
    """What the tool answered; null while it runs, and where the records do not tell."""
    failed: bool | None = None
    """Whether the tool failed; null while it runs."""
    exit_code: int | None = None
    files: tuple[schema.TouchedFile, ...] = ()
    """The files that the call reads or changes."""


@dataclass(frozen=True)
class Turn:
    prompt: str | None
    """What the agent was asked; null where the records do not have it."""
    own: bool
    """Whether the prompt is the brief as workcell gave it to the agent; it is the objective then."""
    started_at: str | None
    ended_at: str | None
    ok: bool | None
    """Whether the turn ended well; null while it goes on."""
    steps: tuple[Step, ...]
    left_out: int
    """Number of its oldest steps that were left out."""

    def masked(self, mask: Callable[[str], str]) -> Turn:
        """The same with every text passed through `mask`."""
        steps = [
            replace(
                step,
                line=mask(step.line),
                text=mask(step.text),
                result=None if step.result is None else mask(step.result),
                files=tuple({**file, "path": mask(file["path"])} for file in step.files),
            )
            for step in self.steps
        ]
        return replace(self, prompt=None if self.prompt is None else mask(self.prompt), steps=tuple(steps))


@dataclass
class _Open:
    """A turn while it is read."""

    prompt: str | None = None
    own: bool = False
    started_at: str | None = None
    ended_at: str | None = None
    ok: bool | None = None
    left_out: int = 0

    def __post_init__(self) -> None:
        self.steps: dict[str, Step] = {}
        """By the id of the event, or `call:` and the id of the call."""

    def add(self, name: str, step: Step) -> None:
        self.steps[name] = step
        if len(self.steps) > MOST_STEPS:
            del self.steps[next(iter(self.steps))]
            self.left_out += 1

    def closed(self) -> Turn:
        return Turn(
            self.prompt, self.own, self.started_at, self.ended_at, self.ok, tuple(self.steps.values()), self.left_out
        )


class Turns:
    """Builds turns of pieces and keeps the last `most` of them.

    `cwd`, `own_prompt`, `objective` and `earlier` are those of `Lines`.
    """

    def __init__(
        self,
        most: int,
        cwd: str | None = None,
        own_prompt: str | None = None,
        objective: str | None = None,
        earlier: Iterable[Event] = (),
    ) -> None:
        self._earlier = lines.by_call(earlier)
        self._turns: collections.deque[_Open] = collections.deque(maxlen=most)
        self._own_prompt, self._objective = own_prompt, objective
        self._lines = lines.Lines(cwd)
        self._calls: dict[str, Event] = {}
        self.begun = 0
        """Number of turns that began so far, those that are not kept any more among them."""
        self.model: str | None = None

    def add(self, piece: Piece) -> None:
        """Take the next piece of the file."""
        if isinstance(piece, PlainLine):
            return
        kind, data = piece["type"], piece["data"]
        self.model = data.get("model") or self.model
        if kind == "turn.started":
            if not self._turns or self._turns[-1].ok is not None:
                self._begin(piece)
        elif kind == "user.prompt":
            self._prompt(piece)
        elif kind == "assistant.message":
            self._step(piece, "said", lines.first_line(piece["text"]), piece["text"])
        elif kind == "tool.call":
            self._call(piece)
        elif kind == "tool.result":
            self._result(piece, data)
        elif kind == "turn.completed":
            self._end(piece, data)
        elif kind in ("error", "retry", "limit", "approval.resolved", "approval.requested", "annotation"):
            self._note(piece)

    def closed(self) -> list[Turn]:
        """The turns that are kept."""
        return [turn.closed() for turn in self._turns]

    def waiting(self) -> list[Event]:
        """The calls of the last turn without an answer."""
        return list(self._calls.values())

    def _begin(self, event: Event) -> _Open:
        self.begun += 1
        self._calls = {}
        self._turns.append(_Open(started_at=event["agent_time"]))
        return self._turns[-1]

    def _current(self, event: Event) -> _Open:
        return self._turns[-1] if self._turns else self._begin(event)

    def _prompt(self, event: Event) -> None:
        turn = self._current(event)
        if turn.prompt is not None or turn.steps or turn.ok is not None:
            turn = self._begin(event)
        turn.own = lines.is_own(event["text"], self._own_prompt)
        turn.prompt = self._objective if turn.own and self._objective else event["text"]
        turn.started_at = turn.started_at or event["agent_time"]

    def _step(self, event: Event, kind: StepKind, line: str, text: str) -> None:
        side = bool(event["data"].get("side"))
        self._current(event).add(event["id"], Step(kind, line, text, event["agent_time"], side))

    def _call(self, event: Event) -> None:
        data, line = event["data"], self._lines.call_line(event)
        name = f"call:{data.get('call') or event['id']}"
        if name in self._calls:
            return
        turn = self._current(event)  # a turn that begins here has no calls yet
        self._calls[name] = event
        step = Step(
            "tool",
            line,
            event["text"],
            event["agent_time"],
            bool(data.get("side")),
            tool=data.get("tool"),
            files=tuple(data.get("files") or ()),
        )
        turn.add(name, step)

    def _result(self, event: Event, data: schema.EventData) -> None:
        name = f"call:{data.get('call')}"
        earlier = self._earlier.pop(str(data.get("call")), None)
        if earlier is not None and name not in self._calls:
            self._call(earlier)
        turn, call = self._current(event), self._calls.pop(name, None)
        step = turn.steps.get(name)
        if step is None or call is None:
            return
        code = data.get("exit_code")
        turn.steps[name] = replace(
            step,
            line=f"{step.line} {lines.outcome(event, call)}".rstrip(),
            result=event["text"],
            failed=bool(data.get("failed")),
            exit_code=None if code is None else int(code),
        )

    def _end(self, event: Event, data: schema.EventData) -> None:
        turn = self._current(event)
        for line in self._lines.add(event):
            self._step(event, "note" if data.get("ok") else "error", line, event["text"])
        turn.ok = bool(data.get("ok")) and turn.ok is not False
        turn.ended_at = event["agent_time"] or turn.ended_at

    def _note(self, event: Event) -> None:
        kind: StepKind = "error" if event["type"] == "error" else "note"
        for line in self._lines.add(event):
            self._step(event, kind, line, event["text"] or line)
