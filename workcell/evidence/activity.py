"""What a live agent is doing: the evidence of hooks, records, terminal and processes, weighed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from workcell.agents import registry, screens
from workcell.base import clock, platform
from workcell.evidence import capture, capture_state, screen
from workcell.judgement import activity, composer, evidence, title
from workcell.rundir import layout, look

if TYPE_CHECKING:
    from workcell.rundir import schema


def of(seen: look.Look, now: float | None = None) -> schema.Activity | None:
    """{state, since, confidence, evidence, deadline?, until?} of a run that runs; None for any other.

    The agent's records are read on first (which writes capture.json, the copied transcript and the spool, and
    nothing else), its screen is drawn and its processes are looked at.
    """
    if not capture_state.readable(seen):
        return None
    state = capture.read_on(seen.run, seconds=2.0, patience=0.2)
    now = time.time() if now is None else now
    found = capture_state.evidence(state, now)
    return activity.decide(with_terminal(seen, found, now) + from_processes(seen))


def with_terminal(seen: look.Look, found: list[schema.EvidenceItem], now: float) -> list[schema.EvidenceItem]:
    """What the records say, as far as the screen does not show it to be over, and what screen and title say."""
    if seen.io != "terminal":
        return found
    columns, rows = screen.size(seen.agent_pid, seen.attempt, seen.directory)
    shown = screen.draw(seen.directory, columns, rows)
    at = _written(os.path.join(seen.directory, layout.AGENT_LOG))
    agent = registry.find_or_generic(seen.reader, layout.home_of(seen.run))
    read, doing = screens.read(agent, shown.lines()), agent.terminal.doing(shown.title)
    found = activity.without_answered(found, read, now)
    told = title.evidence(doing, shown.title, at)
    if read["kind"] == "idle" and doing == "working":
        return found + told  # with words in the composer the footer does not say that it is busy
    typing = seen.attempt.get("typing") if seen.attempt else None
    ghosts = typing.get("ghosts") if typing else None
    typed = composer.words(agent.terminal.composer(shown.lines()), shown.cursor, ghosts or [])
    return found + activity.from_screen(read, at, typed) + told


def _written(path: str) -> str | None:
    try:
        return clock.stamp(os.stat(path).st_mtime)
    except OSError:
        return None


def from_processes(seen: look.Look) -> list[schema.EvidenceItem]:
    """What the agent's processes say at this moment: one that computes is at work, a sleeping one says nothing."""
    pid = seen.agent_pid
    if not isinstance(pid, int) or not platform.LINUX:
        return []
    running = [one for one in [pid, *platform.descendants(pid)] if _runs(one)]
    if not running:
        return []
    return [evidence.item("processes", "working", 0.4, f"{len(running)} of its processes compute at this moment")]


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"R", b"D")
    except (OSError, IndexError):
        return False
