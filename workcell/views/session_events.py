"""What happens in the sessions of agent programs that no run began: their last events, and those that come.

The files of the programs are only read. What is read is bounded: the newest files, the end of each, what stands before
it back to the prompt of its turn, and while they are followed what is appended to those that changed of late.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from workcell.agents import jsonl, registry
from workcell.agents.events import MAX_TEXT, short
from workcell.agents.session_files import SessionFile
from workcell.base import clock
from workcell.cleaning import caller_cleaner
from workcell.rundir import safe_open
from workcell.rundir.cell import Cell
from workcell.sessions import known, turn_start
from workcell.sessions.owners import Owners
from workcell.sessions.records import PlainLine, Reader
from workcell.sessions.turn_start import TurnStarts
from workcell.views.event_keys import ShownEvent

if TYPE_CHECKING:
    from workcell.agents.events import Event
    from workcell.agents.protocol import Agent

DAY = 86400.0
"""Seconds within which a session must have changed where no other time is asked for."""
MOST = 50
"""Maximum sessions that are read, and that are watched."""
END = 128 << 10
"""Bytes at the end of a file that are read."""
CHUNK = 1 << 20
"""Maximum bytes that are read of a file that grows before another one has its turn."""
POLL = 1.0
"""Seconds between two looks at the sizes of the files that are watched."""
LIST = 10.0
"""Minimum seconds between two looks for sessions that are new or go on after a long time."""
SHARE = 0.01
"""Part of a processor that these looks may take: where there are many files, they are rarer."""
LATE = 2.0
"""Seconds by which the clock of a file may be behind ours."""
SETTLE = 3.0
"""Seconds before a new session is told: the run that began it may not know its name yet."""
OWNED_FOR = 10.0
"""Seconds for which it is believed that a session belongs to a run, or to none."""


class SessionEvents:
    """The events of these kinds in sessions outside of runs, changed in the last `since` seconds; secrets masked."""

    def __init__(self, cell: Cell, kinds: Iterable[str], since: float | None = None) -> None:
        self._cell, self._kinds = cell, frozenset(kinds)
        self._since = DAY if since is None else since
        self._cleaner = caller_cleaner.of(cell)
        self._agents: dict[str, Agent] = {}
        self._starts = TurnStarts()
        self._began = clock.stamp()
        self._listed = cell.clock()
        self._files = known.every(cell.home, cell.environment)
        self._ends = {file.path: file.size for file in self._files}
        """By path: as far as a session was told, where it is not watched."""
        self._watched = {file.path: self._talk(file, file.size) for file in self._files[:MOST]}
        self._due = self._list_due = 0.0

    def latest(self, limit: int) -> list[ShownEvent]:
        """The last events, in the order of time."""
        kept: list[ShownEvent] = []
        owners, read = Owners(self._cell.home), 0
        for file in self._files:
            older = limit <= len(kept) and clock.stamp(file.changed) < kept[0]["at"]
            if older or read >= MOST or file.changed < self._cell.clock() - self._since:
                break
            if owners.of(file) is not None:
                continue
            read += 1
            start = max(0, file.size - END)
            talk = self._talk(file, start)
            events = talk.read(file.size - start)
            before = [] if talk.opened is None else [talk.opened]
            kept = sorted([*kept, *self._shown(talk, [*before, *events])], key=_time)[-limit:]
        return kept

    def new(self) -> list[ShownEvent]:
        """What was written since it was asked last; asked more often than POLL, it looks at nothing."""
        now = time.monotonic()
        if now < self._due:
            return []
        self._due = now + POLL
        if now >= self._list_due:
            self._list(now)
        found: list[ShownEvent] = []
        owners: Owners | None = None
        for talk in self._watched.values():
            if now < talk.told_from or not talk.grown():
                continue
            if now >= talk.ask_again:
                owners = owners or Owners(self._cell.home)
                talk.owned, talk.ask_again = owners.of(talk.file) is not None, now + OWNED_FOR
            events = self._shown(talk, talk.read(CHUNK))
            found += [] if talk.owned else [event for event in events if event["at"] >= self._began]
        return sorted(found, key=_time)

    def _list(self, now: float) -> None:
        """Watch the sessions that were begun or written to since they were listed last."""
        listed, self._listed = self._listed, self._cell.clock()
        for file in known.every(self._cell.home, self._cell.environment):
            if file.changed < listed - LATE:
                break
            if file.path not in self._watched:
                before = self._ends.get(file.path)
                talk = self._talk(file, max(0, file.size - END) if before is None else before)
                talk.told_from = now + SETTLE if before is None else 0.0
                self._watched[file.path] = talk
        while len(self._watched) > MOST:
            path = min(self._watched, key=lambda one: self._watched[one].file.changed)
            self._ends[path] = self._watched.pop(path).offset
        self._list_due = now + max(LIST, (time.monotonic() - now) / SHARE)

    def _talk(self, file: SessionFile, start: int) -> _Talk:
        if file.agent not in self._agents:
            self._agents[file.agent] = registry.load(file.agent, self._cell.home)
        return _Talk(self._agents[file.agent], file, start, self._starts)

    def _shown(self, talk: _Talk, events: list[Event]) -> list[ShownEvent]:
        """Those of the kinds that are wanted, as they are shown."""
        found: list[ShownEvent] = []
        for event in events:
            if event["type"] not in self._kinds:
                continue
            at = min(_seconds(event.get("agent_time"), talk.file.changed), talk.file.changed)
            shown: Any = self._cleaner.record({**event, "text": short(event["text"], MAX_TEXT)})
            stamp = clock.stamp(at)
            shown |= {"run": None, "n": 0, "at": stamp, "observed_at": stamp, "kind": event["type"]}
            shown |= {"created_at": event.get("agent_time"), "agent": talk.file.agent, "session": talk.file.id}
            shown.pop("ref", None)  # it was not read from the beginning of the file
            found.append(shown)
        return found


class _Talk:
    """One session that is read from a place in its file on."""

    def __init__(self, agent: Agent, file: SessionFile, start: int, starts: TurnStarts) -> None:
        self.file, self.offset = file, start
        self.opened: Event | None = None
        """The prompt of the turn in which the first place stands, once it was read on from there."""
        self._starts = starts
        self.told_from = self.ask_again = 0.0
        """When (monotonic) it may be told, and when its owner is to be asked for."""
        self.owned = False
        self._agent = agent
        self._reader: Reader | None = None
        self._asked = self._said = ""

    def grown(self) -> bool:
        """Whether there is more than was read; `file` tells then how it stands."""
        try:
            found = os.stat(self.file.path, follow_symlinks=False)
        except OSError:
            return False
        if found.st_size < self.offset or found.st_ino != self.file.inode:
            self.offset, self._reader = 0, None
        self.file = self.file._replace(size=found.st_size, changed=found.st_mtime, inode=found.st_ino)
        return found.st_size > self.offset

    def read(self, most: int) -> list[Event]:
        """The next events, of at most so many bytes. An end of a turn says what was asked, and the last words."""
        fd = safe_open.reader(self.file.path)
        if fd is None:
            return []
        try:
            if self._reader is None:
                self._begin(fd)
            data = os.pread(fd, most, self.offset)
        finally:
            os.close(fd)
        self.offset += len(data)
        return self._events(data)

    def _begin(self, fd: int) -> None:
        """Read what stands before the place: it tells which turn is open. The first line of it may be torn."""
        self._reader = Reader(self._agent, os.path.basename(self.file.path), "transcript")
        start, before = _lines_before(fd, self.offset)
        found = turn_start.last(self._events(before))
        if found is None:
            found = self._starts.before(self._agent, fd, start)
            self._asked = "" if found is None else found["text"]
        self.opened = found if found is not None and found["type"] == "user.prompt" else None

    def _events(self, data: bytes) -> list[Event]:
        assert self._reader is not None
        return [
            self._told(piece)
            for piece in self._reader.read(data)
            if not isinstance(piece, PlainLine) and not piece["data"].get("side")
        ]

    def _told(self, event: Event) -> Event:
        if event["type"] == "user.prompt":
            self._asked, self._said = event["text"], ""
        elif event["type"] == "assistant.message":
            self._said = event["text"]
        elif event["type"] == "turn.completed":
            data: Any = {**event["data"], **({"asked": short(self._asked, MAX_TEXT)} if self._asked else {})}
            return {**event, "text": event["text"] or self._said, "data": data}
        return event


def _lines_before(fd: int, end: int) -> tuple[int, bytes]:
    """(where a line begins, what stands from there to `end`): END bytes, or as many more as the last line needs."""
    size = END
    while True:
        start = max(0, end - size)
        found = os.pread(fd, end - start, start)
        first = found.find(b"\n") + 1 if start else 0
        if not start or first or size >= jsonl.MAX_LINE:
            return start + first, found[first:]
        size *= 4


def _seconds(stamp: str | None, otherwise: float) -> float:
    try:
        return clock.parse(stamp) if stamp else otherwise
    except ValueError:
        return otherwise  # the times are the program's own, and may have any form


def _time(event: ShownEvent) -> str:
    return event["at"]
