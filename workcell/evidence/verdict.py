"""The verdict on an attempt for those who act on it: why it ended, what a live one does, what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.evidence import dialog, judge_run
from workcell.judgement import activity as activities
from workcell.judgement import composer, repetition, verdict
from workcell.rundir import look
from workcell.texts.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workcell.judgement.case import Recorded
    from workcell.judgement.verdict import Verdict
    from workcell.rundir import schema


@dataclass(frozen=True)
class Live:
    """The finding on a live attempt."""

    verdict: Verdict
    activity: schema.Activity
    edge: str
    """Names the incident: another question is another incident."""
    asked: str | None
    """Time of a request for permission that no record resolves."""
    asks: str | None
    """For which permission is asked: the tool and its words, by the record that says it."""
    loop: repetition.Loop | None
    """The tool calls that repeat."""
    session: schema.Session | None = None
    """The conversation, by the record that says how its last turn ended; None where none does."""


def judge(seen: look.Look, signals: list[Signal], *, now: float | None = None) -> Verdict:
    """The verdict on the current attempt, ended or live; see `judgement.verdict.judge` for its keys."""
    return verdict.judge(judge_run.material(seen, now), signals)


def judge_live(seen: look.Look, signals: list[Signal], now: float) -> Live:
    """The verdict on a live attempt, and what its agent does at `now`."""
    made = judge_run.material(seen, now)
    judged = verdict.judge(made, signals)
    items: list[schema.EvidenceItem] = []
    for one in made["records"]:
        source: schema.EvidenceSource = "hook" if one["kind"] == "hook" else "transcript"
        items += activities.from_session(one["session"], source, now)
    for frame in made["frames"][-1:]:
        items = activities.without_answered(items, frame["screen"], now) + activities.from_screen(frame["screen"])
    doing = activities.decide(items)
    edge = f"{doing['state']}/{doing.get('since') or _dialog(made) or judged['verdict']}"
    sessions = [one["session"] for one in made["records"]]
    asked = max((str(one["approval"]["at"]) for one in sessions if one["approval"]), default=None)
    return Live(judged, doing, edge, asked, dialog.asks(sessions), loop(sessions), _over(sessions))


def _over(sessions: Iterable[schema.Session]) -> schema.Session | None:
    """The session whose turn ended last; of two that say the same, the one with the agent's words."""
    ended = [one for one in sessions if one["turn"] == "done" and one["end"]]
    return max(ended, key=lambda one: (str(one["last_at"] or ""), bool(one["said"])), default=None)


def _dialog(made: verdict.Material) -> str | None:
    """Names the dialog that is up, where no record tells when it came; None without one."""
    last = made["frames"][-1]["screen"] if made["frames"] else None
    return composer.dialog_id(last) if last is not None and last["kind"] == "dialog" else None


def loop(sessions: Iterable[schema.Session]) -> repetition.Loop | None:
    """The tool calls that repeat, by the record that says most of them: one with times before one without."""
    found = [one for one in (repetition.loop(session.get("calls")) for session in sessions) if one]
    return max(found, key=lambda one: (one["since"] is not None, one["times"]), default=None)


def records(seen: look.Look) -> list[Recorded]:
    """All records of the attempt."""
    return judge_run.material(seen)["records"]


def cost(seen: look.Look) -> float | None:
    """US dollars that the agent reported for this attempt, or None when it reported none."""
    told = [cost for one in records(seen) if (cost := one["session"].get("cost_usd")) is not None]
    return float(max(told)) if told else None
