"""The notices that an agent with a terminal waits for its next message: `idle`, and `idle_long` if it still waits.

Each is posted once for a period of idleness, which begins with the end of a turn.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import post, sending
from workcell.evidence.verdict import Live
from workcell.judgement import words
from workcell.rundir import layout, look
from workcell.texts import config

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.watch import observe

LEAST = 0.5
"""Minimum confidence of an activity that is told."""

EVENTS: tuple[schema.NoticeEvent, ...] = ("idle", "idle_long")


def note(seen: look.Look, found: Live, mine: schema.SeenRun, now: observe.Now) -> list[str]:
    """Post what is due of this period of idleness, and remember when the next is; the events that were posted."""
    ended = found.session["end"] if found.session else None
    doing = found.activity
    if seen.io != "terminal" or doing["state"] != "idle" or doing["confidence"] < LEAST or not ended:
        mine.pop("idle", None)
        return []
    period = str(ended["at"] or ended["id"])
    known = mine.get("idle")
    if known is None or known["period"] != period:
        known = mine["idle"] = {"period": period, "since": _since(ended["at"], now), "told": 0, "next": 0.0}
    if known["next"] is None:
        return []
    posted: list[str] = []
    after = _after(layout.home_of(seen.run))
    while known["told"] < len(EVENTS) and now.mono - known["since"] >= after[known["told"]]:
        event = EVENTS[known["told"]]
        if sending.asks_for(layout.home_of(seen.run), event):
            post.about_run(seen, event, _facts(seen, found, now.mono - known["since"]), period)
            posted.append(event)
        known["told"] += 1
    over = known["told"] == len(EVENTS)
    known["next"] = None if over else known["since"] + after[known["told"]]
    return posted


def _since(at: str | None, now: observe.Now) -> float:
    """When the turn ended, on the monotonic clock; now, where the agent says no time."""
    try:
        return now.mono - max(0.0, now.wall - clock.parse(at)) if at else now.mono
    except ValueError:
        return now.mono


def _after(home: str) -> tuple[float, float]:
    """Seconds of idleness after which each of EVENTS is due, by config.yaml.

    The usual ones where its file has faults, which `workcell doctor` tells.
    """
    try:
        settings = config.read(os.path.join(home, layout.CONFIG))
    except WorkcellError:
        return config.IDLE_AFTER, config.IDLE_LONG_AFTER
    return settings["idle_after"], max(settings["idle_after"], settings["idle_long_after"])


def _facts(seen: look.Look, found: Live, seconds: float) -> schema.NoticeFacts:
    facts: schema.NoticeFacts = {
        "why": f"it has waited for {clock.span(seconds)} for its next message",
        "objective": seen.objective or "",
        "reply": f"workcell send {seen.id} WORDS",
    }
    session = found.session
    if session and session["prompt"]:
        facts["prompt"] = words.cut(session["prompt"]["text"])
    answer = session["said"] or session["end"] if session else None
    if answer:
        facts["answer"] = words.cut(answer["text"])
    return facts
