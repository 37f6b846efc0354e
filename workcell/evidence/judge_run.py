"""judge of a run: why its attempt ended or hangs, from what was captured of it, its screen, its errors and its exit."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import TYPE_CHECKING

from workcell.agents import registry, screens
from workcell.agents.describe import asks
from workcell.agents.protocol import Agent
from workcell.evidence import capture, capture_state, judge_directory, screen
from workcell.judgement import bounds, evidence, verdict
from workcell.playbooks import library
from workcell.rundir import layout, look, orders, phase, room, safe_open
from workcell.trust import policy

if TYPE_CHECKING:
    from workcell.judgement.case import Ended, Frame, Recorded


def judge_run(home: str, run: str) -> verdict.Verdict:
    """The verdict on the current attempt."""
    seen = look.at(run)
    books, _ = policy.books(home, seen)
    found = verdict.judge(material(seen), library.signals(books))
    full = room.held_up(run) if seen.phase == phase.RUNNING else None
    if full is None:
        return found
    # no record or screen can tell this: the agent is held in a write, whatever it was doing
    sure = evidence.item("locks", "stuck", 1.0, full)
    return {**found, "verdict": "stuck", "confidence": 1.0, "evidence": [sure, *found["evidence"]]}


def material(seen: look.Look, now: float | None = None) -> verdict.Material:
    """All that is known of the current attempt, as the plain data that `judgement.verdict` judges."""
    directory = seen.directory
    state = (capture.read_on(seen.run) if seen.phase == phase.RUNNING else None) or capture_state.stored(directory)
    ended = _epoch(seen.exit.get("ended_at") if seen.exit else None)
    now = ended or now or time.time()
    records: list[Recorded] = []
    for name, source in capture_state.sources(state):
        session = source["session"]
        if session["events"]:
            said_at = _epoch(session["last_at"]) or now
            file = os.path.basename(source.get("file") or "hooks")
            records.append({"file": file, "kind": name, "session": session, "said_at": said_at})
    facts = look.facts_at(seen, seen.n) if ended else None
    plain = None
    if seen.io == "file" and not any(one["kind"] == "stream" for one in records):
        plain = _text(os.path.join(directory, layout.AGENT_LOG))
    agent = str((state["agent"] if state else None) or seen.reader)
    known = registry.find_or_generic(agent, layout.home_of(seen.run))
    return {
        "agent": agent,
        "reader": known.reads() and (seen.attempt is None or capture.wanted(seen.attempt)),
        "records": records,
        "frames": _frames(seen, known),
        "stdout": plain,
        "stdout_asks": bool(plain and asks(plain)),
        "stderr": _text(os.path.join(directory, layout.STDERR_LOG)),
        "exit": _exit(seen),
        "exits": known.exits.as_material(),
        "processes": None,
        "bounds": bounds.words(facts.get("cgroup") if facts else None),
        "tampered": _tampered(seen),
        "now": now,
        "local": datetime.now().astimezone().tzinfo,
    }


def _frames(seen: look.Look, agent: Agent) -> list[Frame]:
    if seen.io != "terminal" or layout.START not in seen.stands:
        return []
    alive = seen.phase == phase.RUNNING
    columns, rows = screen.size(seen.agent_pid if alive else None, seen.attempt, seen.directory)
    shown = screen.draw(seen.directory, columns, rows).lines() if alive else None
    drawn = screen.last_frame(seen.directory, columns, rows) if shown is None else shown
    return [{"name": layout.AGENT_LOG, "rows": drawn, "screen": screens.read(agent, drawn)}]


def _exit(seen: look.Look) -> Ended | None:
    if seen.exit is None:
        return None
    how = seen.exit.get("how")
    found: Ended = {
        "code": seen.exit.get("code"),
        "signal": seen.exit.get("signal"),
        "how": how,
        "ended_by": "time" if how in ("limit-wall", "limit-idle") else None,
    }
    if how == "stopped":
        found["stopper"] = _stopper(seen)
    return found


def _stopper(seen: look.Look) -> str:
    """Who asked for the stop, in words; a person where no order says so, as in a run without a ledger."""
    asked = [str(one.get("by")) for one in orders.stops(seen.run, seen.n)]
    by = next((who for who in asked if not who.startswith("playbook:")), asked[0] if asked else "person")
    kind, _, name = by.partition(":")
    if kind == "playbook":
        return f"the watchdog, by its playbook {name},"
    return f"the run {name.rpartition('/')[0]}" if kind == "run" else "a person"


def _tampered(seen: look.Look) -> str | None:
    if seen.outcome == "tampered":
        return str(seen.reason)
    return None


def _text(path: str) -> str | None:
    data = safe_open.tail(path, judge_directory.PLAIN_TAIL)
    return None if data is None else data.decode("utf-8", "replace")


def _epoch(stamp: str | None) -> float | None:
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() if stamp else None
    except (ValueError, OverflowError):
        return None
