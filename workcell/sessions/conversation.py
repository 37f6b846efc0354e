"""Where the conversation of an attempt is recorded, and its bytes: whole, at its end, or as it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.agents import registry
from workcell.agents.events import Event
from workcell.agents.protocol import Agent
from workcell.evidence import capture
from workcell.rundir import deferred, layout, look, phase, safe_open, start_place
from workcell.sessions import agent_log, tail
from workcell.sessions.lines import Lines, own_prompt
from workcell.sessions.records import Reader
from workcell.sessions.story import Story
from workcell.sessions.turns import Turns

if TYPE_CHECKING:
    from workcell.rundir import schema

CHUNK = 1 << 18
POLL = 0.3
"""Seconds between two looks at a transcript that grows."""

Kind = Literal["stream", "transcript"]
LIVE = (phase.STARTING, phase.RUNNING, phase.ORPHANED)


@dataclass(frozen=True)
class Conversation:
    """The records of one attempt: the stream in its log, or the copy of the transcript in its directory."""

    run: str
    n: int
    agent: Agent
    kind: Kind
    attempt: schema.Attempt

    def reader(self) -> Reader:
        """A reader that begins at any line."""
        name = layout.AGENT_LOG if self.kind == "stream" else layout.TRANSCRIPT
        return Reader(self.agent, name, self.kind)

    def lines(self) -> Lines:
        """What makes lines of its pieces."""
        return Lines(
            start_place.path(self.attempt), own_prompt(self.attempt), self.attempt.get("objective"), self._left_open()
        )

    def story(self) -> Story:
        """What makes parts of its pieces, for what is written as a whole."""
        return Story(
            start_place.path(self.attempt), own_prompt(self.attempt), self.attempt.get("objective"), self._left_open()
        )

    def turns(self, number: int) -> Turns:
        """What makes turns of its pieces and keeps the last ones."""
        return Turns(
            number,
            start_place.path(self.attempt),
            own_prompt(self.attempt),
            self.attempt.get("objective"),
            self._left_open(),
        )

    def _left_open(self) -> list[Event]:
        """The calls that the attempt before was left with, where this one goes on with the one that a person decided:
        the records of this attempt begin with its answer."""
        if self.n < 2 or look.asker(self.attempt) != deferred.APPROVAL:
            return []
        before = of_attempt(look.at(self.run), self.n - 1)
        return before.last_turns(1).turns.waiting() if before is not None else []

    def end(self, size: int) -> tuple[bytes, bool]:
        """(the last `size` bytes, whether these are all)."""
        directory = layout.attempt(self.run, self.n)
        if self.kind == "stream":
            data = agent_log.tail(directory, size + 1)
        else:
            data = safe_open.tail(os.path.join(directory, layout.TRANSCRIPT), size + 1) or b""
        return (data, True) if len(data) <= size else (data[-size:], False)

    def last_turns(self, number: int) -> tail.Tail:
        """The last turns that are recorded by now."""
        return tail.last(self.end, number, self.reader, self.turns, self._far if self.kind == "transcript" else None)

    def _far(self, size: int) -> tuple[Iterator[bytes], bool]:
        """(the last `size` bytes of the transcript in pieces, whether these are all)."""
        path = os.path.join(layout.attempt(self.run, self.n), layout.TRANSCRIPT)
        start = max(0, _size(path) - size)
        return _pieces(path, start), start == 0

    def chunks(self, *, follow: bool = False) -> Iterator[bytes]:
        """All of it; with `follow` on until the attempt has ended, with an empty chunk whenever nothing is new."""
        directory = layout.attempt(self.run, self.n)
        if self.kind == "transcript":
            yield from _grown(self.run, self.n, follow)
        elif follow:
            yield from agent_log.follow_raw(self.run, self.n, None, False, pauses=True)
        else:
            yield from agent_log.raw(directory)


def of_attempt(seen: look.Look, n: int, prefer: Kind | None = None) -> Conversation | None:
    """The conversation of attempt `n`; None where its agent keeps no records that can be read, or has begun none.

    A run in a terminal has a transcript alone. One without has both as a rule: the stream is what its log shows, the
    transcript has the prompts, too; `prefer` says which one is wanted. Of a live attempt the transcript is read on.
    """
    attempt: schema.Attempt | None = look.record_at(seen, n, layout.ATTEMPT)
    if attempt is None or attempt.get("reader") in (None, "none"):
        return None
    agent = registry.find(attempt["reader"], layout.home_of(seen.run))
    if agent is None or agent.records is None:
        return None
    directory = layout.attempt(seen.run, n)
    wanted: tuple[Kind, ...] = ("stream", "transcript") if prefer == "stream" else ("transcript", "stream")
    for kind in wanted:
        if kind == "transcript":
            if n == seen.n and seen.phase == phase.RUNNING:
                capture.read_on(seen.run, seconds=2.0, patience=0.2)
            if _size(os.path.join(directory, layout.TRANSCRIPT)):
                return Conversation(seen.run, n, agent, kind, attempt)
        elif attempt["io"] == "file" and (_size(os.path.join(directory, layout.AGENT_LOG)) or seen.phase in LIVE):
            return Conversation(seen.run, n, agent, kind, attempt)
    return None


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _pieces(path: str, offset: int) -> Iterator[bytes]:
    """What stands in a file from there on."""
    while data := safe_open.read(path, CHUNK, offset):
        offset += len(data)
        yield data


def _grown(run: str, n: int, follow: bool) -> Iterator[bytes]:
    """The transcript of an attempt, through the copy that capturing appends to."""
    path, offset = os.path.join(layout.attempt(run, n), layout.TRANSCRIPT), 0
    while True:
        over = not follow
        if follow:
            seen = look.at(run)
            over = seen.n != n or seen.phase not in LIVE
            if seen.n == n and seen.phase == phase.RUNNING:
                capture.read_on(run, seconds=2.0, patience=0.2)
        for data in _pieces(path, offset):
            offset += len(data)
            yield data
        if over:
            return
        yield b""
        time.sleep(POLL)
