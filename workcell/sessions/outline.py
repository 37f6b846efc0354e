"""What a session is about, from the first and the last bytes of its file: memory and time are bounded by these.

A record may be torn, of a new form, or none at all: it is left out, and the others count.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workcell.agents import jsonl
from workcell.agents.events import Event, Memory, Where, short
from workcell.agents.protocol import Agent
from workcell.agents.session_files import About, SessionFile
from workcell.rundir import safe_open
from workcell.sessions import own_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from workcell.rundir.schema import SessionTurn

ENDS = 64 << 10
"""Bytes that are read at each end of a file."""
MOST = 2 << 20
"""Maximum bytes that are read at an end where ENDS hold no whole line."""
WORDS = 200
"""Maximum characters of a text."""


@dataclass
class Outline:
    """What the two ends of a file tell. Null is what they do not tell."""

    about: About = field(default_factory=About)
    first_prompt: str | None = None
    last_prompt: str | None = None
    objective: str | None = None
    """Of the run for which workcell wrote the first prompt, as that prompt has it; null for any other prompt."""
    said: str | None = None
    """The last words of the agent."""
    turn: SessionTurn | None = None
    """How the last turn stands."""
    calls: dict[str, Event] = field(default_factory=dict)
    """The calls of tools of the last turn that have no answer yet, by their ids."""
    failures: int = 0
    """Number of calls and requests of the last turn that failed."""

    @property
    def title(self) -> str | None:
        """The program's own title, else the first thing that was asked; of what workcell asked, the objective.

        A name that a person gave goes before all.
        """
        if self.objective is not None and not self.about.named:
            return self.objective
        return self.about.title or self.first_prompt or self.last_prompt


def of(agent: Agent, file: SessionFile) -> Outline:
    """What the two ends of the file tell; nothing where it is gone or cannot be read."""
    found = Outline()
    fd = safe_open.reader(file.path)
    if fd is None:
        return found
    try:
        head, tail, everything = _ends(fd)
    finally:
        os.close(fd)
    fold = _Fold(agent, file, found)
    for line in head:
        fold.line(line, whole=everything)
    for line in tail:
        fold.line(line, whole=True)
    return found


class _Ends(NamedTuple):
    head: list[bytes]
    tail: list[bytes]
    everything: bool
    """Whether the file has no other lines."""


def _ends(fd: int) -> _Ends:
    """The whole lines at the beginning and at the end of a file; of a small one all of them as its beginning."""
    size = os.fstat(fd).st_size
    if size <= 2 * ENDS:
        return _Ends(os.pread(fd, size, 0).split(b"\n"), [], True)
    head = _grown(lambda count: os.pread(fd, count, 0), size)
    tail = _grown(lambda count: os.pread(fd, count, size - count), size)
    # the last line of the beginning goes on behind it, and the first line of the end began before it
    return _Ends(head.split(b"\n")[:-1], tail.split(b"\n")[1:], False)


def _grown(read: Callable[[int], bytes], size: int) -> bytes:
    """What `read` gives of ENDS bytes, or of as many more, up to MOST, as it takes for a line end."""
    count = ENDS
    data = read(count)
    while b"\n" not in data[:-1] and count < min(MOST, size):
        count = min(count * 4, MOST, size)
        data = read(count)
    return data


class _Fold:
    """Takes the lines of a file into its outline."""

    def __init__(self, agent: Agent, file: SessionFile, found: Outline) -> None:
        self._agent, self._found = agent, found
        self._memory: Memory = {}
        self._where = Where(agent=agent.name, file=os.path.basename(file.path), offset=0, whole=True)

    def line(self, line: bytes, *, whole: bool) -> None:
        """Take one line; with `whole` it belongs to the end of the file, and tells how its last turn stands."""
        if not line or len(line) > jsonl.MAX_LINE:
            return
        for record in jsonl.parse(line) or ():
            try:
                if self._agent.sessions is not None:
                    self._agent.sessions.about(record, self._found.about)
                events = self._agent.read(record, self._memory, self._where)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
                continue
            self._take(events, whole)

    def _take(self, events: Iterable[Event], whole: bool) -> None:
        found = self._found
        for event in events:
            if event["data"].get("side"):
                continue
            if event["type"] == "user.prompt":
                if found.first_prompt is None:
                    found.objective = _objective(event["text"])
                found.first_prompt = found.first_prompt or short(event["text"], WORDS) or None
                found.last_prompt = short(event["text"], WORDS) or found.last_prompt
            if whole:
                _follow(found, event)


def _objective(text: str) -> str | None:
    found = own_prompt.objective(text)
    return None if found is None else short(found, WORDS)


def _follow(found: Outline, event: Event) -> None:
    """How the last turn stands after one more event."""
    kind, data = event["type"], event["data"]
    if kind in ("user.prompt", "turn.started"):
        if kind == "turn.started" or found.turn != "open":
            found.calls, found.failures = {}, 0
        found.turn = "open"
    elif kind == "assistant.message":
        found.said = short(event["text"], WORDS) or found.said
    elif kind == "tool.call":
        found.turn = "asks" if data.get("question") else "open"
        found.calls[str(data.get("call") or event["id"])] = event
    elif kind == "tool.result":
        found.calls.pop(str(data.get("call")), None)
        found.turn = "open"
        found.failures += bool(data.get("failed"))
    elif kind == "error":
        found.failures += 1
    elif kind == "turn.completed":
        found.calls = {}
        found.turn = "failed" if not data.get("ok") else "asks" if data.get("asks") else "ended"
