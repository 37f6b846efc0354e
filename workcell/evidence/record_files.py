"""The files that an agent's records are read from: where they are, how far they were read, and the copy in the run."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from workcell.agents import jsonl, long_line
from workcell.agents.events import Event
from workcell.agents.long_line import LongLine
from workcell.agents.protocol import Agent
from workcell.judgement import session as sessions
from workcell.rundir import safe_open, seal

if TYPE_CHECKING:
    from workcell.rundir import schema

PIECE = 256 << 10
"""Bytes read in one step; more only for a line that is longer."""
WITNESS = 256
"""Bytes before the place up to which a file was read, by which it is known that it was not written anew."""
MOST_KINDS = 50
"""Maximum number of unknown kinds that are counted."""


def fresh(path: str, scope: str, kind: str, earlier: schema.Source | None = None) -> schema.Source:
    """A source of which nothing was read. After an `earlier` file of the same session its copy goes on."""
    return {
        "file": path,
        "state": jsonl.start(scope, kind),
        "session": earlier["session"] if earlier else sessions.empty(),
        "copied": earlier["copied"] if earlier else 0,
    }


def find(agent: Agent, env: dict[str, str], cwd: str, session: str, told: str | None) -> str | None:
    """Where the transcript of that session is: where the agent keeps its transcripts, else where its hook said."""
    for pattern in agent.transcripts(env, os.path.realpath(cwd), session):
        found = sorted(glob.glob(pattern))
        if found:
            return found[-1]
    return told if told and os.path.isfile(told) else None


def read_on(source: schema.Source, agent: Agent, copy: str | None, final: bool) -> tuple[list[Event], bool]:
    """(the events of the next piece, whether more waits); `source` is moved on, and `copy` with it.

    With `final` a last line without its end is read too, once nothing else is left.
    """
    state = source["state"]
    try:
        # an agent may have put a pipe or a link in the place of its own records
        fd = os.open(source["file"], os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return [], False
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            return [], False
        before = state["offset"]
        state = jsonl.follow(state, found.st_ino, found.st_size)
        if state["offset"] and source.get("last") not in (None, _last(fd, state["offset"])):
            state = {**state, "offset": 0, "skipping": False}  # it was cut, and has grown beyond its old end since
        if state["offset"] < before:
            source["again"] = max(before, source.get("again", 0))
            source["restarted"] = True
        start = state["offset"]
        piece = _next(fd, state, found.st_size)
        events, after = _events(agent, state, piece, os.path.basename(source["file"]), final)
        if after["offset"] != before:
            source["last"] = _last(fd, after["offset"])
        done = after["offset"] - start
        if copy is not None and done:
            pieces = [piece.data[:done]] if done <= len(piece.data) else _bytes(fd, start, done)
            source["copied"] = _append(copy, source["copied"], pieces)
    finally:
        os.close(fd)
    if start == 0:
        source.pop("unknown", None)  # it is read anew
    if start >= source.get("again", 0):
        source.pop("again", None)
    count_unknown(source, events)
    source["state"] = after
    return events, not piece.last and done > 0


class _Piece(NamedTuple):
    """What is read of a file in one step."""

    data: bytes
    last: bool
    """Whether the file has nothing behind it."""
    line: LongLine | None
    """In place of the data: the one line that begins here, of which they are the beginning."""


def _next(fd: int, state: schema.ReadState, size: int) -> _Piece:
    """The next piece of a file that has `size` bytes."""
    start = state["offset"]
    data = os.pread(fd, PIECE, start)
    while b"\n" not in data and PIECE <= len(data) < jsonl.CHUNK and start + len(data) < size:
        data += os.pread(fd, min(jsonl.CHUNK - len(data), 4 * len(data)), start + len(data))
    if len(data) >= jsonl.CHUNK and b"\n" not in data and not state["skipping"]:
        line = long_line.at(fd, start, size)
        if line.ended or line.size <= long_line.LONGEST:
            return _Piece(data, False, line)
    return _Piece(data, start + len(data) >= size, None)


def _events(
    agent: Agent, state: schema.ReadState, piece: _Piece, file: str, final: bool
) -> tuple[list[Event], schema.ReadState]:
    """The events of a piece, and the state after it. A long line that has no end yet is left for the next time."""
    if piece.line is None:
        return jsonl.consume(agent, state, piece.data, file, final=final and piece.last)
    return jsonl.consume_long(agent, state, piece.line, file) if piece.line.ended or final else ([], state)


def _bytes(fd: int, start: int, size: int) -> Iterator[bytes]:
    """So many bytes of a file from there on, piece by piece."""
    end = start + size
    while start < end and (data := os.pread(fd, min(PIECE, end - start), start)):
        start += len(data)
        yield data


def _last(fd: int, offset: int) -> str:
    """A hash of the bytes before an offset: where it differs, the file was written anew."""
    size = min(WITNESS, offset)
    return hashlib.blake2b(os.pread(fd, size, offset - size), digest_size=8).hexdigest()


def count_unknown(source: schema.Source, events: list[Event]) -> None:
    """Count the records that were of no known kind."""
    for one in events:
        if one["type"] != "raw" or one["data"].get("unreadable"):
            continue
        counts = source.setdefault("unknown", {})
        if one["text"] in counts or len(counts) < MOST_KINDS:
            counts[one["text"]] = counts.get(one["text"], 0) + 1


def _append(path: str, size: int, pieces: Iterable[bytes]) -> int:
    """Put the pieces behind the first `size` bytes; the size then. What a step that was killed wrote is cut off."""
    fd = safe_open.append(path)
    try:
        os.ftruncate(fd, size)
        for data in pieces:
            seal.write_all(fd, data)
            size += len(data)
        os.fsync(fd)
    finally:
        os.close(fd)
    return size
