"""Decides what a live agent is doing, from ranked evidence; how long a log is silent decides nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from workcell.base import clock
from workcell.judgement import evidence
from workcell.judgement.evidence import item
from workcell.judgement.screen import Screen

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema import EvidenceItem, EvidenceSource, Session

WORKS = ("working", "retrying")
"""Activities of an agent that goes on by itself."""

RETRY_GRACE = 120.0
"""Seconds after the announced delay within which a retry has begun or failed anew."""
RETRY_UNSAID = 600.0
"""The same for a retry that names no delay: Codex gives a silent stream 300 s and then counts one more."""
UNDRAWN = 3.0
"""Seconds from the hook of a request until its dialog is surely drawn: a program waits for its hooks first."""
CONFLICT = 0.75
"""Factor on the confidence for each item that contradicts."""
AGREEMENT = 0.7
"""Factor on the doubt for each further item that agrees."""
LEAST = 0.3
"""Minimum confidence; below it the state is `unknown`."""
COARSE = {"limited": "idle", "question": "idle", "approval": "working", "retrying": "working"}
"""The activity that a less exact source gives for the same state; that is no contradiction."""

_AGAIN = re.compile(r"(?i)\bretrying in\b|\breconnecting\b|\bwaiting for network\b")
_LIMIT = re.compile(r"(?i)^(you'?ve hit your .{0,30}limit|⚠? ?usage limit reached)")


def from_session(s: Session, source: EvidenceSource, now: float) -> list[EvidenceItem]:
    """What a transcript or the hooks (`source`: transcript, hook) tell at the epoch time `now`."""
    sure = 0.05 if source == "hook" else 0.0
    at = s["last_at"]
    if s["approval"]:
        asked = s["approval"]
        says = "question" if asked["question"] else "approval"
        return [item(source, says, 0.9 + sure, asked["text"] or "it asks for permission", asked["at"])]
    question = next((one for one in s["open"].values() if one["question"]), None)
    if question:
        return [item(source, "question", 0.85 + sure, question["text"], question["at"])]
    if s["retry"]:
        return [_retry(s["retry"], source, now)]
    if s["turn"] == "done" and s["end"]:
        return [_ended(s, s["end"], source, sure, now)]
    if s["open"]:
        call = list(s["open"].values())[-1]
        return [item(source, "working", 0.75, f"a tool runs: {call['text']}", call["at"])]
    if s["turn"] == "open":
        return [item(source, "working", 0.6, "the turn is open", at)]
    if s["idle"]:
        return [item(source, "idle", 0.85, "it waits for a message", at)]
    return []


def _retry(retry: schema.Detail, source: EvidenceSource, now: float) -> EvidenceItem:
    wait = retry.get("delay_seconds")
    begun = _epoch(retry["at"], now)
    deadline = begun + (RETRY_UNSAID if wait is None else wait + RETRY_GRACE)
    words = f"tries again: {retry['text'] or 'a request failed'}"
    if now > deadline:
        late = f"{words}; nothing came by its deadline"
        return item(source, "unknown", 0.5, late, retry["at"], deadline=clock.stamp(deadline))
    return item(source, "retrying", 0.9, words, retry["at"], deadline=clock.stamp(deadline))


def _ended(s: Session, end: schema.Detail, source: EvidenceSource, sure: float, now: float) -> EvidenceItem:
    limit = s["limit"] or next((error for error in reversed(s["errors"]) if error.get("resets_at")), None)
    resets = limit.get("resets_at") if limit else None
    if not end.get("ok") and (resets or s["waits"]):
        if resets and now >= resets:
            return item(source, "idle", 0.5, "its limit has reset", end["at"])
        until = clock.stamp(resets) if resets else None
        return item(source, "limited", 0.9, end["text"] or "a limit is reached", end["at"], until=until)
    if end.get("ok") and end.get("asks"):
        return item(source, "question", 0.8, end["text"], end["at"])
    if not end.get("ok"):  # it rests; another source may know better why
        return item(source, "idle", 0.7 + sure, f"the turn failed: {end['text']}".rstrip(": "), end["at"])
    return item(source, "idle", 0.85 + sure, f"the turn is over: {end['text']}".rstrip(": "), end["at"])


def from_screen(screen: Screen, time: str | None = None, typed: str | None = None) -> list[EvidenceItem]:
    """What the last frame of the terminal tells; `typed` is what a person put into the composer and did not send."""
    kind, words = screen["kind"], screen.get("text", "")
    if kind == "dialog":
        picks = "enter to select" in screen["keys"].lower()
        return [item("terminal", "question" if picks else "approval", 0.85, screen["question"] or words, time)]
    if kind == "busy":
        if _AGAIN.search(words):
            return [item("terminal", "retrying", 0.8, words, time)]
        return [item("terminal", "working", 0.75, words or "its spinner turns", time)]
    if kind == "notice":
        limited = _LIMIT.search(words.replace("’", "'"))
        return [item("terminal", "limited" if limited else "idle", 0.8 if limited else 0.6, words, time)]
    if kind == "idle" and typed:
        return [item("terminal", "idle", 0.6, f"nothing turns; in its composer stands, not sent: {typed[:60]!r}", time)]
    if kind == "idle":
        return [item("terminal", "idle", 0.6, "its composer is empty and nothing turns", time)]
    return []


def without_answered(items: list[EvidenceItem], screen: Screen, now: float) -> list[EvidenceItem]:
    """The items without approvals that the screen shows to be given: while a dialog is up no spinner turns.

    No hook tells that a person said yes; the tool may then run for an hour before its result is recorded. A request
    that is younger than UNDRAWN at `now`, in epoch seconds, stands: its dialog may not be drawn yet.
    """
    if screen["kind"] != "busy":
        return items
    return [
        one
        for one in items
        if one["says"] != "approval"
        or one["source"] not in ("hook", "transcript")
        or now - _epoch(one["time"], 0.0) < UNDRAWN
    ]


def decide(items: list[EvidenceItem]) -> schema.Activity:
    """The activity of the best item of evidence.

    Items that contradict it lower its confidence and stay in `evidence`. Below LEAST the state is `unknown`.
    """
    ranked = evidence.ordered(items)
    said = [one for one in ranked if one["says"] != "unknown"]
    if not said or ranked[0]["source"] == "locks":
        return {"state": "unknown", "since": None, "confidence": 0.0, "evidence": ranked}
    best = said[0]
    same = (best["says"], COARSE.get(best["says"]), "working" if best["says"] == "question" else None)
    against = sum(1 for one in ranked if one["says"] not in same and one["confidence"] >= 0.5)
    along = sum(1 for one in said[1:] if one["says"] == best["says"])
    confidence = (1 - (1 - best["confidence"]) * AGREEMENT**along) * CONFLICT**against
    state = cast("schema.ActivityState", best["says"])  # of an agent that lives, all evidence tells an activity
    out: schema.Activity = {
        "state": state if confidence >= LEAST else "unknown",
        "since": best["time"],
        "confidence": round(confidence, 3),
        "evidence": ranked,
    }
    if out["state"] != "unknown":
        if best.get("deadline"):
            out["deadline"] = best["deadline"]
        if best.get("until"):
            out["until"] = best["until"]
    return out


def _epoch(stamp: str | None, otherwise: float) -> float:
    try:
        return clock.parse(stamp) if stamp else otherwise
    except ValueError:
        return otherwise
