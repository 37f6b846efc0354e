"""capture: what the agent recorded since the last look, read once and by offset, brought to the spool as events."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, cast

from workcell.agents import registry
from workcell.agents.events import Event, Foreign, Memory, Where
from workcell.agents.placing import adopt, open_turn, place
from workcell.agents.protocol import Agent
from workcell.base import clock, ids, json_codec
from workcell.evidence import capture_state
from workcell.evidence import record_files as sources
from workcell.evidence.capture_state import SCHEMA, stored
from workcell.evidence.told_events import Told
from workcell.judgement import session as sessions
from workcell.rundir import env as environment
from workcell.rundir import events as journal
from workcell.rundir import layout, locks, maildir, safe_open, seal, spool, start_place

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

_ONLY_HOOKS = ("approval.requested", "approval.resolved", "session.exited", "status.changed", "annotation")
"""Events that a hook alone tells. The other ones are told once, by stream or transcript."""


def capture(
    run: str,
    *,
    seconds: float = 5.0,
    final: bool = False,
    patience: float = 1.0,
    between: Callable[[], object] | None = None,
) -> schema.Capture | None:
    """Read on in all that the current attempt's agent records, for at most `seconds`; what is known then.

    With `final` to the very end, since no more will come. None for a run whose agent keeps no records that we can
    read. Any process of the same user may call it at any time: one reads, the others see its result. `between` is
    called after each step: the holder of the right to write takes out of the spool what came, which else grows.
    """
    n = layout.current(run)
    attempt = _attempt(run, n)
    if n is None or attempt is None:
        return None
    agent = registry.find(str(attempt.get("reader")), layout.home_of(run))
    if agent is None or not agent.reads() or not wanted(attempt):
        return None
    directory = layout.attempt(run, n)
    deadline = time.monotonic() + seconds
    seen = _Known(run, n)
    while True:
        lock = locks.take(os.path.join(directory, layout.CAPTURE), patience, alone=True)
        if lock is None:
            break
        try:
            more = _Step(run, n, attempt, agent, seen).go(final)
        finally:
            os.close(lock)
        if between is not None:
            between()
        if not more or (time.monotonic() >= deadline and not final):
            break
    return stored(directory)


def wanted(attempt: schema.Attempt) -> bool:
    """Whether what the agent records is read: not where the recipe says `capture: off`."""
    recipe = attempt.get("recipe")
    values = recipe.get("values") if recipe else None
    return not values or values.get("capture") != "off"


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
        capture(run, final=True, between=lambda: spool.drain(run, log))
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


class _Known:
    """What one call of `capture` has found out of events that were told, and needs in each of its steps."""

    def __init__(self, run: str, n: int) -> None:
        self._run, self._n = run, n
        self.parts: dict[str, set[str]] = {}
        """Ids by file of the spool: one that is not drained grows with each step."""
        self._told: Told | None = None

    def untold(self, events: list[Event]) -> list[Event]:
        """The events that the journal does not have."""
        if self._told is None and events:
            self._told = Told(self._run, self._n)
        return [one for one in events if self._told is None or one["id"] not in self._told]


class _Step:
    """One step under the flock: a piece of every source, its events into the spool, then the new state.

    The state is written last. A process that is killed before that leaves events that the next step finds again in
    spool or journal by their ids, and does not tell twice. The rename gives the flock away, so nothing comes after it.
    """

    def __init__(self, run: str, n: int, attempt: schema.Attempt, agent: Agent, known: _Known) -> None:
        self.run, self.n, self.attempt, self.agent = run, n, attempt, agent
        self.directory = layout.attempt(run, n)
        self.state = stored(self.directory) or self._fresh()
        self.events: list[Event] = []
        self.hooked: list[Event] = []
        """Events of hooks: told behind those of the files, which may be read for the first time in this step."""
        self.told: set[str] = set()
        """Ids of events that wait in the spool, or came to the journal since the last step."""
        self.known, self.parts = known, known.parts

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
        adopted = self.attempt.get("adopted")
        if adopted is not None:
            begun = sources.fresh(adopted["file"], self._scope(), "transcript")
            # what was said before the run is no record of it
            begun["state"] = {**begun["state"], "offset": adopted["size"], "inode": adopted["inode"]}
            made["session"], made["sources"]["transcript"] = self.attempt["agent_session"], begun
        elif self.attempt.get("native"):
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
            self._commit([one for one in self._of_hooks() if one["id"] not in told])
            return True
        self.told = told
        more = self._files(final)
        hooks = self.state["sources"]["hook"]
        hooks["session"] = sessions.without_settled(hooks["session"], capture_state.records(self.state))
        self.state["told"] = []
        self.state["final"] = bool(final and not more)
        new = [one for one in [*self.events, *self._of_hooks()] if one["id"] not in told]
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
        waiting = maildir.waiting(box)
        for name in set(self.parts).difference(waiting):
            del self.parts[name]
        for name in waiting:
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
        if self._told_by("stream") or self._told_by("transcript"):
            # the records name the turn; what a hook alone would call it stands in no other event
            adopt(found, open_turn(*(self._memory(name) for name in FILES)))
        place(found, source["memory"])
        for one in found:
            one["agent_time"] = one["agent_time"] or line.get("time")
        source["session"] = sessions.fold(source["session"], found)
        sources.count_unknown(source, found)
        source["transcript"] = payload.get("transcript_path") or source["transcript"]
        capture_state.follow(self.state, _begun(payload) or self.state["session"] or source["memory"].get("session"))
        self.hooked += found

    def _of_hooks(self) -> list[Event]:
        """What hooks told and is to be told on: all, or, beside records that tell the same, what they alone know."""
        told_elsewhere = self._told_by("stream") or self._told_by("transcript")
        return [one for one in self.hooked if not told_elsewhere or one["type"] in _ONLY_HOOKS]

    def _memory(self, name: FileSource) -> Memory | None:
        """What the reader of that file remembers; None where the file was not read."""
        found = self.state["sources"].get(name)
        return found["state"]["memory"] if found else None

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
            if name == "transcript" and not again:
                again = self._goes_on_elsewhere(source)
            more = more or again
            tells = name == "stream" or not self._told_by("stream")
            if "again" in source:
                found = self._read_again(source, found, tells)
            source["session"] = sessions.fold(source["session"], found)
            memory = source["state"]["memory"]
            self.state["session"] = self.state["session"] or memory.get("session")
            if tells:
                self.events += found
        return more

    def _read_again(self, source: schema.Source, found: list[Event], tells: bool) -> list[Event]:
        """What is new in a piece of a file that was rotated or cut, and is read anew from its beginning."""
        restarted = source.pop("restarted", False)
        if tells:
            return [one for one in self.known.untold(found) if one["id"] not in self.told]
        if restarted:
            source["session"] = sessions.empty()  # no journal says what of it was counted
        return found

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

    def _goes_on_elsewhere(self, source: schema.Source) -> bool:
        """Whether the conversation goes on in another file, which is read from now on; this one has been read."""
        session, told = self.state["session"], self.state["sources"]["hook"]["transcript"]
        if not session or session in os.path.basename(source["file"]) or source["file"] == told:
            return False
        path = self._transcript()
        if path is None or path == source["file"]:
            return False
        self.state["sources"]["transcript"] = sources.fresh(path, self._scope(), "transcript", source)
        return True

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
        where, told = start_place.path(self.attempt), self.state["sources"]["hook"]["transcript"]
        return sources.find(self.agent, env, where, session, told)

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


def _begun(payload: Foreign) -> str | None:
    """The session that a hook says has begun: after `/clear` and `/resume` the program goes on in another one."""
    session = payload.get("session_id")
    begins = payload.get("hook_event_name") == "SessionStart" and payload.get("source") in ("clear", "resume")
    return session if begins and isinstance(session, str) else None


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
