"""The verdict on one attempt of a run, from what stands in its directory."""

import os
from datetime import datetime
from typing import Any

from workcell.base import clock, vt
from workcell.judgement import activity as activities
from workcell.judgement import screen as screens
from workcell.judgement import session as sessions
from workcell.judgement import verdict
from workcell.ops import logs
from workcell.ports.agents import lines, reader_for
from workcell.ports.agents.speech import asks
from workcell.rundir import events, layout, look, words
from workcell.texts.playbook import Signal

TAIL = 1 << 16
MOST_RECORDS = 64 << 20


def agent_of(attempt: dict[str, Any]) -> str:
    """The name by which signals know the agent: who can read its records, else its recipe."""
    reader = str(attempt.get("reader") or "none")
    return reader if reader != "none" else str((attempt.get("recipe") or {}).get("name") or "any")


def judge(seen: look.Look, signals: list[Signal], *, now: float | None = None) -> dict[str, Any]:
    """The verdict on the current attempt, ended or live; see `judgement.verdict.judge` for its keys."""
    return verdict.judge(material(seen, now=now), signals)


def judge_live(seen: look.Look, signals: list[Signal], now: float) -> dict[str, Any]:
    """{verdict, activity, edge} of a live attempt. `edge` names the incident: another question is another edge."""
    made = material(seen, now=now)
    judged = verdict.judge(made, signals)
    items = []
    for one in made["records"]:
        source = "hook" if one["kind"] == "hook" else "transcript"
        items += activities.from_session(one["session"], source, now)
    for frame in made["frames"][-1:]:
        items += activities.from_screen(screens.read(frame["rows"], made["agent"]))
    doing = activities.decide(items)
    edge = f"{doing['state']}/{doing.get('since') or judged['verdict']}"
    return {"verdict": judged, "activity": doing, "edge": edge}


def material(seen: look.Look, *, now: float | None = None) -> verdict.Material:
    """What the attempt's files hold, as the plain data that is judged.

    Records come from the log of a headless agent whose records are known, and from the events that its hooks and
    transcript brought to the journal; the screen from the end of a terminal's log.
    """
    attempt = seen.attempt or {}
    agent = agent_of(attempt)
    in_terminal = attempt.get("io") == "terminal"
    found = records(seen)
    plain = None
    if not in_terminal and not any(one["kind"] == "stream" for one in found):
        plain = logs.tail(seen.directory, TAIL).decode("utf-8", "replace")
    told = [at for one in found if (at := _epoch(one["session"]["last_at"])) is not None]
    ended = _epoch((seen.exit or {}).get("ended_at"))
    at = now if now is not None else ended if ended is not None else max(told, default=0.0)
    for one in found:
        one["said_at"] = _epoch(one["session"]["last_at"]) or at
    return {
        "agent": agent,
        "records": found,
        "frames": _frames(seen, attempt) if in_terminal else [],
        "stdout": plain,
        "stdout_asks": bool(plain and asks(plain)),
        "stderr": _stderr(seen, attempt),
        "exit": exit_words(seen.exit),
        "processes": None,
        "tampered": None,
        "now": at,
        "local": datetime.now().astimezone().tzinfo,
    }


def records(seen: look.Look) -> list[dict[str, Any]]:
    """All records of the attempt, [{file, kind, session}]: what a headless agent printed, then the journal's."""
    attempt = seen.attempt or {}
    return [*_stream(seen, attempt, attempt.get("io") == "terminal"), *journal_records(seen)]


def journal_records(seen: look.Look) -> list[dict[str, Any]]:
    """What hooks and transcripts brought to events.jsonl for this attempt, one session for each kind of witness."""
    found: dict[str, sessions.Session] = {}
    for _, event in events.read(os.path.join(seen.run, layout.EVENTS)):
        if event is None or event.get("type") not in words.EVENTS or not isinstance(event.get("data"), dict):
            continue
        if event.get("attempt") not in (None, seen.n) or event.get("source") not in ("transcript", "hook"):
            continue
        kind = str(event["source"])
        filled = {"text": "", "agent_time": None, "turn": None, "confidence": 1.0, **event}
        found[kind] = sessions.fold(found.get(kind) or sessions.empty(), [filled])
    return [{"file": layout.EVENTS, "kind": kind, "session": one} for kind, one in found.items() if one["events"]]


def cost(seen: look.Look) -> float | None:
    """US dollars that the agent reported for this attempt, or None when it reported none."""
    told = [float(one["session"]["cost_usd"]) for one in records(seen) if one["session"].get("cost_usd") is not None]
    return max(told, default=None)


def exit_words(exit: dict[str, Any] | None) -> dict[str, Any] | None:
    """The exit record as the judge wants it."""
    if exit is None:
        return None
    how = exit.get("how")
    by_time = "time" if how in ("limit-wall", "limit-idle") else None
    return {"code": exit.get("code"), "signal": exit.get("signal"), "how": how, "ended_by": by_time}


def _stream(seen: look.Look, attempt: dict[str, Any], in_terminal: bool) -> list[dict[str, Any]]:
    """The records that a headless agent printed; nothing when it printed plain words."""
    reader = reader_for(str(attempt.get("reader")))
    if reader is None or in_terminal:
        return []
    data = _end(os.path.join(seen.directory, layout.AGENT_LOG), MOST_RECORDS)
    told, _ = lines.consume(reader, lines.start(layout.AGENT_LOG, "stream"), data, layout.AGENT_LOG, final=True)
    folded = sessions.fold(sessions.empty(), told)
    return [{"file": layout.AGENT_LOG, "kind": "stream", "session": folded}] if folded["events"] else []


def _frames(seen: look.Look, attempt: dict[str, Any]) -> list[dict[str, Any]]:
    size = attempt.get("terminal") or {"columns": 200, "rows": 50}
    data = logs.tail(seen.directory, 1 << 18)
    return [{"name": layout.AGENT_LOG, "rows": vt.screen(data, size["columns"], size["rows"])}] if data else []


def _stderr(seen: look.Look, attempt: dict[str, Any]) -> str | None:
    if attempt.get("stderr") != "separate":
        return None
    return _end(os.path.join(seen.directory, layout.STDERR_LOG), TAIL).decode("utf-8", "replace")


def _end(path: str, most: int) -> bytes:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                file.seek(size - most)
                file.readline()  # the first line is torn
            return file.read(most)
    except OSError:
        return b""


def _epoch(stamp: Any) -> float | None:
    if not isinstance(stamp, str):
        return None
    try:
        return clock.parse(stamp)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None
