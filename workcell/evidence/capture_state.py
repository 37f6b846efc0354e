"""Reads capture.json of an attempt: the sessions of its agent as far as they were captured, and their activity."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final, cast

from workcell.base import json_codec
from workcell.judgement import activity
from workcell.judgement import session as sessions
from workcell.judgement.evidence import item
from workcell.rundir import hint, layout, look, phase, safe_open

if TYPE_CHECKING:
    from workcell.agents.events import Foreign
    from workcell.rundir import schema

SCHEMA: Final = "workcell.file.capture/1"

MOST_EARLIER = 100
"""Maximum number of earlier conversations of an attempt that stay known."""

HINTED = 0.9
"""Confidence in what the runner heard."""

MOST_BYTES = 8 << 20
"""Maximum size of capture.json; its parts are bounded far below that."""


def stored(directory: str) -> schema.Capture | None:
    """capture.json of an attempt; None when nothing was captured yet, or when it has another form.

    The agent can write to that file, so no reader relies on a key that was not looked at here.
    """
    try:
        found: Any = json_codec.decode(safe_open.read(os.path.join(directory, layout.CAPTURE), MOST_BYTES) or b"")
    except (OSError, ValueError):
        return None
    return found if found.get("schema") == SCHEMA and _sound(found) else None


def follow(state: schema.Capture, session: str | None) -> None:
    """The conversation of the attempt is that one from now on; the one before stays known."""
    before = state["session"]
    if before is not None and before != session:
        state["earlier"] = [*(one for one in state.get("earlier", []) if one != before), before][-MOST_EARLIER:]
    state["session"] = session


def _sound(found: Foreign) -> bool:
    all_of = found.get("sources")
    if not isinstance(all_of, dict) or not _names(found.get("told")) or not _names(found.get("earlier", [])):
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
        and all(_counts(one.get("unknown", {})) for one in all_of.values())
        and all(_read_so_far(all_of[name]) for name in ("stream", "transcript") if name in all_of)
    )


def _names(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _counts(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(count, int) for count in found.values())


def _read_so_far(source: Foreign) -> bool:
    """Whether the entry of a file says how far it was read: path, offsets, and what the reader remembers."""
    state, copied = source.get("state"), source.get("copied")
    return (
        isinstance(source.get("file"), str)
        and isinstance(copied, int)
        and copied >= 0
        and isinstance(source.get("again", 0), int)
        and isinstance(state, dict)
        and isinstance(state.get("offset"), int)
        and state["offset"] >= 0
        and isinstance(state.get("inode"), int | None)
        and isinstance(state.get("memory"), dict)
        and {"scope", "kind", "skipping", "bad"} <= set(state)
    )


def readable(seen: look.Look) -> bool:
    """Whether the run runs and its agent keeps records that can be read."""
    return seen.phase == phase.RUNNING and seen.reader != "none"


def weighed(seen: look.Look) -> schema.Activity | None:
    """The activity by what was captured before and what the runner heard since: for lists, which read no records."""
    if not readable(seen):
        return None
    state = stored(seen.directory)
    found = evidence(state, time.time())
    heard = hint.read(seen)
    if heard is None or heard["state"] == "unknown" or heard["since"] < _read_until(state):
        return activity.decide(found)
    said = item(heard["source"], heard["state"], HINTED, heard["words"], heard["since"])
    return activity.decide([said, *(one for one in found if one["says"] == heard["state"])])


def _read_until(state: schema.Capture | None) -> str:
    """The time of the last record that was read; empty without one."""
    return max((source["session"]["last_at"] or "" for _, source in sources(state)), default="")


def sources(state: schema.Capture | None) -> list[tuple[schema.CaptureSource, schema.Source]]:
    """The records of an agent that were captured, by their kind, in the order in which they were first read."""
    return list(cast("dict[schema.CaptureSource, schema.Source]", state["sources"]).items()) if state else []


def evidence(state: schema.Capture | None, now: float) -> list[schema.EvidenceItem]:
    """The evidence of hooks and records."""
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


def records(state: schema.Capture | None) -> schema.Session | None:
    """The session as the records tell it: the stream where there is one, else the transcript; None without both."""
    if state is None:
        return None
    for found in (state["sources"].get("stream"), state["sources"].get("transcript")):
        if found and found["session"]["events"]:
            return found["session"]
    return None


def _behind(hooks: schema.Session, told: schema.Session | None) -> bool:
    """Whether the hooks stopped before the records did: without tool hooks they say nothing between two turns."""
    return bool(told and told["last_at"] and (hooks["last_at"] or "") < told["last_at"] and not hooks["approval"])
