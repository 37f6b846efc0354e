"""Makes three lines on a run from its events alone: now, recently, last asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema import Session

NOTHING = "nothing yet"
"""What `recently` says of a session of which nothing is known."""

WIDTH = 160
"""Maximum number of characters of a line."""


class Lines(TypedDict):
    """One line each, of at most WIDTH characters."""

    now: str
    """What the agent does now."""
    recently: str
    """What it did last."""
    asked: str
    """What it was asked last."""


def what(session: Session, activity: schema.Activity | None = None) -> Lines:
    """The three lines on a session; with `activity`, the first one says what is known of the live agent.

    `recently` of a session that failed ends with the failure.
    """
    return {
        "now": cut(_now(session, activity)),
        "recently": cut(_recently(session)),
        "asked": cut(_asked(session)),
    }


def _now(s: Session, activity: schema.Activity | None) -> str:
    state = activity["state"] if activity else None
    if s["approval"] and state in (None, "approval", "question"):
        return f"waits for an answer: {s['approval']['text'] or 'a dialog is up'}"
    if activity is not None and state in ("approval", "question"):
        return f"waits for an answer: {_asked_for(s, activity)}"
    if s["retry"] and state in (None, "retrying"):
        retry = s["retry"]
        count = (
            f" (try {retry['attempt']:g} of {retry['most']:g})" if retry.get("attempt") and retry.get("most") else ""
        )
        return f"tries again{count}: {retry['text'] or 'a request failed'}"
    if state in ("limited", "idle", "unknown") and not s["open"]:
        return {"limited": "waits for a usage limit to reset", "idle": "waits for the next message"}.get(
            state, _ending(s) or state
        )
    if s["open"]:
        calls = list(s["open"].values())
        more = f" and {len(calls) - 1} more" if len(calls) > 1 else ""
        return f"runs {calls[-1]['text']}{more}"
    if s["turn"] == "open":
        return "thinks" if s["said_in_turn"] else "has begun and said nothing yet"
    return _ending(s) or "nothing is known yet"


def _asked_for(s: Session, activity: schema.Activity) -> str:
    """What an agent asks whose records tell of no request: its one open call, else the words of what says so."""
    if activity["state"] == "approval" and len(s["open"]) == 1:
        return next(iter(s["open"].values()))["text"]
    return next((one["words"] for one in activity["evidence"] if one["says"] == activity["state"]), "a dialog is up")


def _ending(s: Session) -> str:
    end = s["end"]
    if not end:
        return ""
    return f"{'ended its turn' if end.get('ok') else 'failed'}: {end['text'] or 'without a word'}"


def _recently(s: Session) -> str:
    did = [one["text"] for one in s["did"][-3:]]
    said = s["said"]["text"] if s["said"] else ""
    end = s["end"] if s["turn"] == "done" else None
    failed = end["text"] if end and not end.get("ok") and end["text"] != said else ""
    return " · ".join(one for one in (*did, said, failed) if one) or NOTHING


def _asked(s: Session) -> str:
    return s["prompt"]["text"] if s["prompt"] and s["prompt"]["text"] else "not in its records"


def cut(line: str) -> str:
    """At most WIDTH characters, the end marked when something was left out."""
    flat = " ".join(line.split())
    return flat if len(flat) <= WIDTH else flat[: WIDTH - 1] + "…"
