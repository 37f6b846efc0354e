"""The conversation as lines of a log: what was said, what each tool call did and how it ended, failures, cost.

A call waits for its answer, so that both are one line; a reader who follows a live run sees the call at the next pause,
and again with its answer. One event is at most a few lines; a record of no interest is none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workcell.agents.events import Event, short
from workcell.rundir import look, standby
from workcell.sessions import cost
from workcell.sessions.records import Piece, PlainLine
from workcell.terminal.strip_ansi import strip_control

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema import EventData, TouchedFile

MOST_WAITING = 50
"""Maximum number of calls that wait for their answers."""
WIDE = 240
"""Maximum characters of the line of a call."""
REASON = 160
"""Maximum characters of what is said about a failure of a call."""


class Lines:
    """Makes lines of pieces. `cwd` is the directory in which the agent works: paths below it are shown relative.

    `earlier` are calls that were made before the first piece, whose answers may come.
    """

    def __init__(
        self,
        cwd: str | None = None,
        own_prompt: str | None = None,
        objective: str | None = None,
        earlier: Iterable[Event] = (),
    ) -> None:
        self._earlier = by_call(earlier)
        self._cwd = cwd
        self._own_prompt = own_prompt
        self._objective = objective
        self._open: dict[str, Event] = {}
        self._shown: set[str] = set()
        self._turns: float | None = None
        self._trouble: str | None = None
        self._tokens: EventData | None = None
        self._cost: float | None = None

    def add(self, piece: Piece) -> list[str]:
        """The lines that are ready after this piece."""
        if isinstance(piece, PlainLine):
            return [*self._flush(), piece.text]
        kind = piece["type"]
        if kind == "tool.call":
            return self._call(piece)
        if kind == "tool.result":
            return self._result(piece)
        made = _STEPS[kind](self, piece, piece["data"]) if kind in _STEPS else []
        if not made:
            return []
        aside = "sub-agent " if piece["data"].get("side") else ""
        return [*self._flush(), *(f"{aside}{line}" for line in made)]

    def pause(self) -> list[str]:
        """The calls that are not answered yet, for a reader who follows; their answers come as lines of their own."""
        new = [name for name in self._open if name not in self._shown]
        self._shown.update(new)
        return [self.call_line(self._open[name]) + " …" for name in new]

    def close(self) -> list[str]:
        """The lines that are left: calls that were never answered, and what all of it cost."""
        lines = self._flush()
        spent: EventData = {} if self._tokens is None else self._tokens
        line = cost.cost_line(self._cost, None, spent)
        self._cost = self._tokens = None
        return [*lines, line] if line else lines

    # -- calls and answers

    def _call(self, event: Event) -> list[str]:
        name = str(event["data"].get("call") or event["id"])
        if name in self._open:
            return []
        early = []
        if len(self._open) >= MOST_WAITING:
            early = [line for line in [self._without_answer(next(iter(self._open)))] if line]
        self._open[name] = event
        return early

    def _result(self, event: Event) -> list[str]:
        name = str(event["data"].get("call"))
        call = self._open.pop(name, None) or self._earlier.pop(name, None)
        self._shown.discard(name)
        if call is None:
            ended = outcome(event, None)
            return [f"a tool {ended}"] if event["data"].get("failed") else []
        ended = outcome(event, call)
        return [f"{self.call_line(call)} {ended}" if ended else self.call_line(call)]

    def _flush(self) -> list[str]:
        return [line for name in list(self._open) if (line := self._without_answer(name))]

    def _without_answer(self, name: str) -> str:
        call = self._open.pop(name)
        if name in self._shown:
            self._shown.discard(name)
            return ""
        return self.call_line(call)

    def call_line(self, call: Event) -> str:
        """What a call does: `edited src/a.py +4 −1`, or the tool and its main argument."""
        files = call["data"].get("files") or []
        aside = "sub-agent " if call["data"].get("side") else ""
        if files:
            return aside + ", ".join(file_words(one, self._cwd) for one in files)
        return aside + short(first_line(call["text"]), WIDE)

    # -- all other events

    def _said(self, event: Event, data: EventData) -> list[str]:
        self._trouble = None
        return hanging("said ", event["text"])

    def _prompt(self, event: Event, data: EventData) -> list[str]:
        self._trouble = None
        if is_own(event["text"], self._own_prompt):
            return [f"asked {short(self._objective or event['text'], WIDE)}"]
        return hanging("asked ", event["text"])

    def _started(self, event: Event, data: EventData) -> list[str]:
        model = data.get("model")
        return [f"session started, model {model}"] if model else []

    def _turn_ended(self, event: Event, data: EventData) -> list[str]:
        self._turns = data.get("turns", self._turns)
        if data.get("ok"):
            return ["ended its turn without a word"] if data.get("empty") else []
        if data.get("reason") == "interrupted":
            return ["interrupted"]
        return [] if self._trouble == event["text"] else [f"failed: {first_line(event['text']) or 'without a word'}"]

    def _error(self, event: Event, data: EventData) -> list[str]:
        if self._trouble == event["text"]:
            return []
        self._trouble = event["text"]
        return [f"error: {error_words(event['text'], data)}"]

    def _retry(self, event: Event, data: EventData) -> list[str]:
        return [retry_words(event["text"], data)]

    def _limit(self, event: Event, data: EventData) -> list[str]:
        return [f"usage limit reached: {event['text']}"] if data.get("status") == "rejected" else []

    def _status(self, event: Event, data: EventData) -> list[str]:
        status, words = data.get("status"), short(event["text"], WIDE)
        if status == "compacted":
            return ["compacted its conversation"]
        return [f"{status}: {words}"] if status == "warning" and words else [words] if data.get("waits") else []

    def _asks(self, event: Event, data: EventData) -> list[str]:
        return [f"asks for permission: {short(event['text'], WIDE)}"]

    def _resolved(self, event: Event, data: EventData) -> list[str]:
        return [f"was refused: {short(event['text'], WIDE)}"] if data.get("decision") == "denied" else []

    def _spent(self, event: Event, data: EventData) -> list[str]:
        total = data.get("cost_usd_total")
        self._cost = total if total is not None else self._cost
        if data.get("tokens_run") is None:
            self._tokens = data if data.get("tokens_total") else self._tokens
            return []
        line = cost.cost_line(self._cost, self._turns, data)
        self._cost = self._tokens = None
        return [line] if line else []

    def _raw(self, event: Event, data: EventData) -> list[str]:
        words = short(event["text"], 80)
        return [f"({words})"] if data.get("unreadable") else [f"(a record of an unknown kind: {words})"]


_STEPS: dict[str, Callable[[Lines, Event, EventData], list[str]]] = {
    "annotation": Lines._status,
    "approval.requested": Lines._asks,
    "approval.resolved": Lines._resolved,
    "assistant.message": Lines._said,
    "cost": Lines._spent,
    "error": Lines._error,
    "limit": Lines._limit,
    "raw": Lines._raw,
    "retry": Lines._retry,
    "session.started": Lines._started,
    "status.changed": Lines._status,
    "turn.completed": Lines._turn_ended,
    "user.prompt": Lines._prompt,
}


def hanging(label: str, text: str) -> list[str]:
    """A text of several lines behind its label; the lines after the first stand below the beginning of its words."""
    plain = strip_control(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    lines = plain.strip("\n").split("\n")
    return [
        label + lines[0].rstrip(),
        *(" " * len(label) + line.rstrip() if line.strip() else "" for line in lines[1:]),
    ]


def by_call(events: Iterable[Event]) -> dict[str, Event]:
    """Calls of tools by the name under which their answers come."""
    return {str(event["data"].get("call") or event["id"]): event for event in events}


def first_line(text: str) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def own_prompt(attempt: schema.Attempt | None) -> str | None:
    """The prompt that is shown as the objective: what workcell composed of a brief.

    None where the agent was given messages, which are shown as they are, and where attempt.json cannot be read.
    """
    return attempt.get("prompt") if attempt is not None and look.asker(attempt) != standby.MESSAGE else None


def is_own(prompt: str, own: str | None) -> bool:
    """Whether a prompt is the one that workcell gave the agent: records keep it whole or cut, with other blanks."""
    if not own:
        return False
    told, given = " ".join(prompt[:2000].split()).rstrip("…"), " ".join(own[:4000].split())
    return len(told) > 20 and given.startswith(told[:300])


def file_words(file: TouchedFile, cwd: str | None) -> str:
    """`edited src/a.py +4 −1`, `wrote notes.md, 12 lines`, `read src/a.py`."""
    path = short(file["path"], WIDE)
    if cwd and path.startswith(cwd.rstrip("/") + "/"):
        path = os.path.relpath(path, cwd)
    words = f"{file['how']} {path}"
    if file["how"] == "edited" and file["added"] is not None:
        return f"{words} +{file['added']} −{file['removed'] or 0}"
    if file["how"] == "wrote" and file["added"] is not None:
        return f"{words}, {file['added']} {'line' if file['added'] == 1 else 'lines'}"
    return words


_RESULT_NOISE = re.compile(r"^(Exit code \d+|Chunk ID:.*|Wall time:.*|Process exited with code .*|Output:|Error:)\s*$")


def outcome(result: Event, call: Event | None) -> str:
    """How a call ended: `→ exit 1`, `→ ok`, `→ failed: …`; empty where the call's own line says it all."""
    data = result["data"]
    code = data.get("exit_code")
    if code is not None:
        return f"→ exit {code:g}"
    if data.get("failed"):
        return f"→ failed: {short(_reason(result['text']), REASON)}".rstrip(": ")
    runs = call is not None and not call["data"].get("files") and call["text"].startswith("Bash:")
    return "→ ok" if runs else ""


def _reason(text: str) -> str:
    plain = re.sub(r"</?tool_use_error>", "", text)
    return next((line.strip() for line in plain.split("\n") if line.strip() and not _RESULT_NOISE.match(line)), "")


def error_words(text: str, data: EventData) -> str:
    """An error with its status of HTTP and its class, where the words do not have them."""
    status, words = data.get("status"), first_line(text)
    named = [str(status)] if status is not None and str(status) not in words else []
    error = data.get("error")
    named += [error.replace("_", " ")] if error and error not in words else []
    return short(": ".join([*([" ".join(named)] if named else []), words or "no words"]), 400)


def retry_words(text: str, data: EventData) -> str:
    """Which try failed, when the next one comes, and why."""
    attempt, most, delay = data.get("attempt"), data.get("most"), data.get("delay_seconds")
    number = f" (try {attempt:g} of {most:g})" if attempt and most else f" (try {attempt:g})" if attempt else ""
    wait = f" in {delay:.0f} s" if delay and delay >= 1 else ""
    error = (data.get("error") or "").replace("_", " ")
    status = str(data["status"]) if data.get("status") is not None else ""
    said = first_line(text)
    why = said if " " in said else " ".join(word for word in (status, error) if word) or "a request failed"
    return short(f"tries again{wait}{number}: {why}", WIDE)
