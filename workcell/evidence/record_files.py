"""The files that an agent's records are read from: where they are, how far they were read, and the copy in the run."""

from __future__ import annotations

import glob
import os
import stat
from typing import TYPE_CHECKING

from workcell.agents import jsonl
from workcell.agents.events import Event
from workcell.agents.protocol import Agent
from workcell.judgement import session as sessions
from workcell.rundir import safe_open, seal

if TYPE_CHECKING:
    from workcell.rundir import schema

PIECE = 256 << 10
"""Bytes read in one step; more only for a line that is longer."""


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
        state = jsonl.follow(state, found.st_ino, found.st_size)
        start, size = state["offset"], found.st_size
        data = os.pread(fd, PIECE, start)
        while b"\n" not in data and PIECE <= len(data) < jsonl.CHUNK and start + len(data) < size:
            data += os.pread(fd, min(jsonl.CHUNK - len(data), 4 * len(data)), start + len(data))
        ends = start + len(data) >= size
        events, after = jsonl.consume(agent, state, data, os.path.basename(source["file"]), final=final and ends)
    finally:
        os.close(fd)
    done = after["offset"] - start
    if copy is not None and done:
        _append(copy, source["copied"], data[:done])
        source["copied"] += done
    source["state"] = after
    return events, not ends and done > 0


def _append(path: str, size: int, data: bytes) -> None:
    """Put `data` behind the first `size` bytes; what a step that was killed wrote behind them is cut off."""
    fd = safe_open.append(path)
    try:
        os.ftruncate(fd, size)
        seal.write_all(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
