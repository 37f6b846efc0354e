"""What was captured of an attempt's agent, as it stands in capture.json, and what that says of its activity."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from workcell.base import json_codec
from workcell.judgement import activity
from workcell.judgement import session as sessions
from workcell.rundir import layout, look, phase, safe_open

if TYPE_CHECKING:
    from workcell.rundir import schema

SCHEMA = "workcell.file.capture/1"

MOST_BYTES = 8 << 20
"""Of capture.json; what it holds is bounded far below that."""

State = dict[str, Any]
"""capture.json: {schema, attempt, at, agent, session, journal, told, sources{stream, transcript, hook}, final}."""


def stored(directory: str) -> State | None:
    """What capture.json of an attempt says; None when nothing was captured yet, or when it has another form.

    The agent can write to that file, so no reader relies on a key that was not looked at here.
    """
    try:
        found = json_codec.decode(safe_open.read(os.path.join(directory, layout.CAPTURE), MOST_BYTES) or b"")
    except (OSError, ValueError):
        return None
    return found if found.get("schema") == SCHEMA and _sound(found) else None


def _sound(found: State) -> bool:
    all_of, told = found.get("sources"), found.get("told")
    if not isinstance(all_of, dict) or not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        return False
    hook = all_of.get("hook")
    return (
        isinstance(found.get("journal"), int)
        and found["journal"] >= 0
        and isinstance(found.get("session"), str | None)
        and isinstance(found.get("final"), bool)
        and isinstance(hook, dict)
        and isinstance(hook.get("memory"), dict)
        and isinstance(hook.get("transcript"), str | None)
        and all(isinstance(one, dict) and sessions.is_session(one.get("session")) for one in all_of.values())
        and all(_read_so_far(all_of[name]) for name in ("stream", "transcript") if name in all_of)
    )


def _read_so_far(source: dict[str, Any]) -> bool:
    """Whether the entry of a file says how far it was read: path, offsets, and what the reader remembers."""
    state, copied = source.get("state"), source.get("copied")
    return (
        isinstance(source.get("file"), str)
        and isinstance(copied, int)
        and copied >= 0
        and isinstance(state, dict)
        and isinstance(state.get("offset"), int)
        and state["offset"] >= 0
        and isinstance(state.get("inode"), int | None)
        and isinstance(state.get("memory"), dict)
        and {"scope", "kind", "skipping", "bad"} <= set(state)
    )


def readable(seen: look.Look) -> bool:
    """Whether the run runs and its agent keeps records that somebody can read."""
    return seen.phase == phase.RUNNING and seen.reader != "none"


def weighed(seen: look.Look) -> schema.Activity | None:
    """The activity by what was captured before, and nothing else: for lists, which read no records themselves."""
    if not readable(seen):
        return None
    return activity.decide(evidence(stored(seen.directory), time.time()))


def evidence(state: State | None, now: float) -> list[schema.EvidenceItem]:
    """What hooks and records say."""
    if state is None:
        return []
    found: list[schema.EvidenceItem] = []
    hooks = state["sources"]["hook"]["session"]
    told = records(state)
    if hooks["events"] and not _behind(hooks, told):
        found += activity.from_session(hooks, "hook", now)
    if told is not None:
        found += activity.from_session(told, "transcript", now)
    return found


def records(state: State | None) -> schema.Session | None:
    """The session as the records tell it: the stream where there is one, else the transcript; None without both."""
    sources = (state or {}).get("sources") or {}
    for name in ("stream", "transcript"):
        found = sources.get(name)
        if found and found["session"]["events"]:
            session: schema.Session = found["session"]
            return session
    return None


def _behind(hooks: schema.Session, told: schema.Session | None) -> bool:
    """Whether the hooks stopped before the records did: without tool hooks they say nothing between two turns."""
    return bool(told and told["last_at"] and (hooks["last_at"] or "") < told["last_at"] and not hooks["approval"])
