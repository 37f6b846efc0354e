"""Finds an agent that repeats its tool calls while nothing in its tree changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.evidence import capture, capture_state, verdict
from workcell.git import tree_age
from workcell.judgement import repetition
from workcell.rundir import look
from workcell.watch import observe

if TYPE_CHECKING:
    from workcell.rundir import schema

NAME = "looping"
"""The finding, as playbooks name it in `when: evidence:`."""

SECONDS = 2.0
"""Maximum time for reading what one agent recorded."""


def read(seen: look.Look) -> bool:
    """Read on in the records of a live attempt; whether they say that tool calls repeat."""
    state = capture.capture(seen.run, seconds=SECONDS, patience=0.2)
    return verdict.loop(source["session"] for _, source in capture_state.sources(state)) is not None


def find(seen: look.Look, found: verdict.Live, mine: schema.SeenRun, now: observe.Now) -> repetition.Loop | None:
    """The loop in what `verdict.judge_live` found, if the agent is at work and its tree is unchanged since it began.

    Where the records tell no times, the loop counts from the first look that saw it (kept in `mine`), and it has to
    go round another `repetition.MOST` times.
    """
    loop = found.loop
    if loop is None or found.activity["state"] not in ("working", "unknown"):
        mine.pop("loop", None)
        return None
    since = _epoch(loop["since"])
    if since is None:
        first = mine.get("loop")
        if first is None or first["key"] != loop["key"]:
            mine["loop"] = {"key": loop["key"], "times": loop["times"], "at": now.wall}
            return None
        if loop["times"] - first["times"] <= repetition.MOST:
            return None
        since = float(first["at"])
    return loop if tree_age.changed_since(seen.cwd, since) is False else None


def _epoch(stamp: str | None) -> float | None:
    try:
        return clock.parse(stamp) if stamp else None
    except ValueError:
        return None
