"""capture: what the agent recorded since the last look, read once and by offset, brought to the spool as events."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Literal, cast

from workcell.agents import registry
from workcell.agents.events import Event, Where
from workcell.agents.protocol import Agent
from workcell.base import clock, ids, json_codec
from workcell.evidence import capture_state
from workcell.evidence import record_files as sources
from workcell.evidence.capture_state import SCHEMA, stored
from workcell.judgement import session as sessions
from workcell.rundir import env as environment
from workcell.rundir import events as journal
from workcell.rundir import layout, locks, maildir, safe_open, seal, spool

if TYPE_CHECKING:
    from workcell.rundir import schema

PART_BYTES = 24 << 10
"""Of one file in the spool. A lock holder killed in the middle of one goes on by the ids in the last 64 KiB of
events.jsonl, so a part must be well below that."""
JOURNAL_BYTES = 1 << 20
"""Of events.jsonl, read in one step."""
MOST_RECORD = 64 << 20
"""Of attempt.json, which holds the brief."""
_TAKES_NOTHING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
SUFFIX = ".cap.json"
"""Ends the names of our files in the spool."""

FileSource = Literal["stream", "transcript"]
FILES: tuple[FileSource, ...] = ("stream", "transcript")
"""The records of an agent that are files."""

_ONLY_HOOKS = ("approval.requested", "approval.resolved", "session.exited", "status.changed")
"""Events that a hook alone tells. The other ones are told once, by stream or transcript."""


def capture(run: str, *, seconds: float = 5.0, final: bool = False, patience: float = 1.0) -> schema.Capture | None:
    """Read on in all that the current attempt's agent records, for at most `seconds`; what is known then.

    With `final` to the very end, since no more will come. None for a run whose agent keeps no records that we can
    read. Any process of the same user may call it at any time: one reads, the others see its result.
    """
    n = layout.current(run)
    attempt = _attempt(run, n)
    if n is None or attempt is None:
        return None
    agent = registry.find(str(attempt.get("reader")), layout.home_of(run))
    if agent is None or not agent.reads():
        return None
    directory = layout.attempt(run, n)
    deadline = time.monotonic() + seconds
    parts: dict[str, set[str]] = {}
    while True:
        lock = locks.take(os.path.join(directory, layout.CAPTURE), patience, alone=True)
        if lock is None:
            break
        try:
            more = _Step(run, n, attempt, agent, parts).go(final)
        finally:
            os.close(lock)
        if not more or (time.monotonic() >= deadline and not final):
            break
    return stored(directory)


def read_on(run: str, *, seconds: float = 5.0, patience: float = 1.0) -> schema.Capture | None:
    """As `capture`, for a caller that only looks: on a disk that takes nothing, the state of the last time."""
    try:
        return capture(run, seconds=seconds, patience=patience)
    except OSError as error:
        if error.errno not in _TAKES_NOTHING:
            raise
        return stored(layout.attempt(run, layout.current(run) or 0))


def last(run: str, log: journal.Journal) -> None:
    """Capture to the end and append the events; for finish, which no record of an agent may bring down."""
    spool.drain(run, log)  # what hooks brought last is read from the journal
    try:
        capture(run, final=True)
    except Exception as error:
        log.append("capture.failed", error=f"{type(error).__name__}: {error}"[:300])
    spool.drain(run, log)


def _attempt(run: str, n: int | None) -> schema.Attempt | None:
    if n is None:
        return None
    data = safe_open.read(os.path.join(layout.attempt(run, n), layout.ATTEMPT), MOST_RECORD)
    try:
        return cast("schema.Attempt", json_codec.decode(data or b""))
    except ValueError:
        return None


class _Step:
    """One step under the flock: a piece of every source, its events into the spool, then the new state.

    The state is written last. A process that is killed before that leaves events that the next step finds again in
    spool or journal by their ids, and does not tell twice. The rename gives the flock away, so nothing comes after it.
    """

    def __init__(self, run: str, n: int, attempt: schema.Attempt, agent: Agent, parts: dict[str, set[str]]) -> None:
        self.run, self.n, self.attempt, self.agent = run, n, attempt, agent
        self.directory = layout.attempt(run, n)
        self.state = stored(self.directory) or self._fresh()
        self.events: list[Event] = []
        self.parts = parts
        """Ids by file of the spool, of those looked into before: a spool that is not drained grows with each step."""

    def _fresh(self) -> schema.Capture:
        made: schema.Capture = {
            "schema": SCHEMA,
            "attempt": self.n,
            "at": None,
            "agent": self.agent.name,
            "session": self.attempt.get("agent_session") if self.agent.given_session else None,
            "journal": 0,
            "told": [],
            "sources": {"hook": {"memory": {}, "session": sessions.empty(), "transcript": None}},
            "final": False,
        }
        if self.attempt.get("native"):
            made["session"] = self.attempt.get("agent_session")
            before = stored(layout.attempt(self.run, int(self.attempt.get("follows") or 0)))
            earlier = before["sources"].get("transcript") if before else None
            if before and earlier and before["session"] == made["session"]:
                # the conversation goes on in the same file: what an earlier attempt read is not read again
                made["sources"]["transcript"] = {**earlier, "session": sessions.empty(), "copied": 0}
        return made

    def go(self, final: bool) -> bool:
        """Whether there is more to read at once."""
        if self.state["final"]:
            return False
        before = self._positions()
        told = {*self.state["told"], *self._spooled()}
        behind, seen = self._journal()
        told |= seen
        if behind:
            self.state["told"] = sorted(told)
            self._commit([])
            return True
        more = self._files(final)
        self.state["told"] = []
        self.state["final"] = bool(final and not more)
        new = [one for one in self.events if one["id"] not in told]
        if new or more or self._positions() != before or self.state["final"]:
            self._commit(new)
        return more

    def _positions(self) -> tuple[int, dict[str, tuple[int, int | None]]]:
        """How far journal and files were read: the offset, and of a file its inode."""
        files = {name: source["state"] for name, source in capture_state.sources(self.state) if "state" in source}
        return self.state["journal"], {name: (one["offset"], one["inode"]) for name, one in files.items()}

    # -- what stands in spool and journal

    def _spooled(self) -> set[str]:
        """Ids of events that wait in the spool. Read before the journal: what leaves here stands there already."""
        box = os.path.join(self.run, layout.SPOOL)
        found: set[str] = set()
        for name in maildir.waiting(box):
            if name.endswith(SUFFIX) and name not in self.parts:
                message = maildir.read(box, name) or {}
                several = message.get("events")
                self.parts[name] = {str(one.get("id")) for one in several} if isinstance(several, list) else set()
            found |= self.parts.get(name, set())
        return found

    def _journal(self) -> tuple[bool, set[str]]:
        """(whether more of it waits, ids of captured events that stand in it since the last step)."""
        told: set[str] = set()
        start = offset = int(self.state["journal"])
        path = os.path.join(self.run, layout.EVENTS)
        try:
            if os.stat(path).st_size < offset:
                start = offset = 0
        except OSError:
            return False, told
        for end, line in journal.read(path, offset):
            offset = end
            if line is not None and line.get("attempt") == self.n:
                if line.get("type") == "hook":
                    self._hook(cast("schema.Event", line))
                elif "ref" in line:
                    told.add(str(line.get("id")))
            if offset - start >= JOURNAL_BYTES:
                break
        self.state["journal"] = offset
        return offset - start >= JOURNAL_BYTES, told

    def _hook(self, line: schema.Event) -> None:
        payload = line.get("payload")
        if not isinstance(payload, dict):
            return
        source = self.state["sources"]["hook"]
        where = Where(agent=self.agent.name, file=str(line.get("id")), offset=0, scope=self._scope(), kind="hook")
        found = self.agent.hook(payload, source["memory"], where)
        for one in found:
            one["agent_time"] = one["agent_time"] or line.get("time")
        source["session"] = sessions.fold(source["session"], found)
        source["transcript"] = payload.get("transcript_path") or source["transcript"]
        self.state["session"] = self.state["session"] or source["memory"].get("session")
        told_elsewhere = self._told_by("stream") or self._told_by("transcript")
        self.events += [one for one in found if not told_elsewhere or one["type"] in _ONLY_HOOKS]

    def _told_by(self, name: FileSource) -> bool:
        """Whether events were read from that file."""
        found = self.state["sources"].get(name)
        return bool(found and found["session"]["events"])

    # -- files

    def _scope(self) -> str:
        return f"{os.path.basename(self.run)}/{self.n}"

    def _files(self, final: bool) -> bool:
        more = False
        for name in FILES:
            source = self._source(name)
            if source is None:
                continue
            copy = os.path.join(self.directory, layout.TRANSCRIPT) if name == "transcript" else None
            found, again = sources.read_on(source, self.agent, copy, final)
            more = more or again
            source["session"] = sessions.fold(source["session"], found)
            memory = source["state"]["memory"]
            self.state["session"] = self.state["session"] or memory.get("session")
            if name == "stream" or not self._told_by("stream"):
                self.events += found
        return more

    def _source(self, name: FileSource) -> schema.Source | None:
        known = self.state["sources"].get(name)
        if known is None or (name == "transcript" and not os.path.exists(known["file"])):
            path = self._stream() if name == "stream" else self._transcript()
            if path is None:
                return known if name == "stream" else None
            if known is None or known["file"] != path:
                known = sources.fresh(path, self._scope(), name, known)
                self.state["sources"][name] = known
        return known

    def _stream(self) -> str | None:
        if self.attempt.get("io") != "file":
            return None
        path = os.path.join(self.directory, layout.AGENT_LOG)
        return path if os.path.exists(path) else None

    def _transcript(self) -> str | None:
        session = self.state["session"]
        if not session:
            return None
        env = environment.known(self.run)
        return sources.find(self.agent, env, self.attempt["cwd"], session, self.state["sources"]["hook"]["transcript"])

    # -- writing

    def _commit(self, events: list[Event]) -> None:
        names: list[str] = []
        for part in _parts([{**one, "attempt": self.n} for one in events]):
            name = ids.unique()
            message = {"type": "events", "id": f"capture:{name}", "events": part}
            maildir.deliver_bytes(os.path.join(self.run, layout.SPOOL), name + SUFFIX, json_codec.encode_line(message))
            names.append(name + SUFFIX)
        self.state["at"] = clock.stamp()
        seal.replace(self.directory, layout.CAPTURE, json_codec.encode(self.state))
        self.parts.update((name, set()) for name in names)  # the new state is behind them


def _parts(events: list[Event]) -> list[list[Event]]:
    parts: list[list[Event]] = []
    room = 0
    for one in events:
        size = len(json_codec.encode_line(one))
        if size > room:
            parts.append([])
            room = PART_BYTES
        parts[-1].append(one)
        room -= size
    return parts
