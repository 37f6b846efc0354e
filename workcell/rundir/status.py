"""The status document: the projection of a run's sealed files, and its cached copy status.json."""

import os

from workcell.base import json_codec, probe
from workcell.rundir import layout, ledger, look, phase, pinned, room, run_hold, safe_open, seal, writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "workcell.file.status/1"


def document(seen: look.Look, activity: "dict[str, Any] | None" = None) -> "dict[str, Any]":
    """Every key of `status --json`; what is absent is null, never missing."""
    launch, attempt, result = seen.launch or {}, seen.attempt or {}, seen.result or {}
    attempts = [_attempt(seen, n) for n in range(1, seen.n + 1)]
    outcome = result.get("outcome") if seen.phase == phase.DONE else None
    if seen.phase == phase.RUNNING and activity is None:
        activity = {"state": "unknown", "since": None, "confidence": 0.0, "evidence": []}
    state = outcome or seen.phase
    if seen.phase == phase.RUNNING and activity is not None:
        state = phase.RUNNING if activity["state"] == "unknown" else activity["state"]
    full = room.held_up(seen.run) if seen.phase == phase.RUNNING else None
    changed = None if seen.phase in (phase.DONE, phase.CORRUPT) else pinned.trouble(seen)
    wanted = {"kind": "look", "command": f"workcell fsck {seen.id}"} if changed else None
    if full:
        wanted = {"kind": "room", "command": "workcell doctor"}
    started = [entry["started_at"] for entry in attempts if entry["started_at"]]
    hold = None if seen.phase == phase.DONE else _hold(seen.run)
    times = [launch.get("created_at"), attempt.get("asked_at")]
    for entry in attempts:
        times += [entry["started_at"], entry["ended_at"], entry["sealed_at"]]
        del entry["sealed_at"]
    return {
        "schema": SCHEMA,
        "id": launch.get("id") or seen.id,
        "name": launch.get("name"),
        "dir": seen.run,
        "state": state,
        "phase": seen.phase,
        "activity": activity if seen.phase == phase.RUNNING else None,
        "outcome": outcome,
        "reason": full or changed or seen.why or result.get("reason") or (seen.next or {}).get("reason"),
        "needs": wanted or needs(seen, state, hold),
        "hold": hold,
        "attempt": seen.n or None,
        "attempts": attempts,
        "recipe": (attempt.get("recipe") or {}).get("name"),
        "repo": launch.get("repo"),
        "workspace": launch.get("workspace"),
        "objective": attempt.get("objective"),
        "base": launch.get("base"),
        "limits": attempt.get("limits"),
        "group": launch.get("group"),
        "labels": launch.get("labels"),
        "isolation": (seen.start or {}).get("isolation"),
        "started_at": started[0] if started else None,
        "ended_at": result.get("ended_at"),
        "due_at": (seen.next or {}).get("not_before") if seen.phase == phase.SCHEDULED else None,
        "written_at": max((time for time in times if time), default=None),
        "checked": seen.checked,
        "altered": seen.altered,
        "holds_while": {"attempt": seen.n or None, "result": layout.RESULT in seen.stands},
    }


def portable(found: "dict[str, Any]") -> "dict[str, Any]":
    """A status document as it is kept: without the path of the run, which another place of the home makes wrong."""
    return {key: value for key, value in found.items() if key != "dir"}


def _attempt(seen: look.Look, n: int) -> "dict[str, Any]":
    attempt, start, exit, verify, next, result = (
        look.record_at(seen, n, name) or {}
        for name in (layout.ATTEMPT, layout.START, layout.EXIT, layout.VERIFY, layout.NEXT, layout.RESULT)
    )
    return {
        "n": n,
        "recipe": (attempt.get("recipe") or {}).get("name"),
        "started_at": start.get("started_at"),
        "ended_at": exit.get("ended_at"),
        "exit": {key: exit.get(key) for key in ("code", "signal", "how")} if exit else None,
        "verify": {key: verify.get(key) for key in ("code", "seconds")} if verify else None,
        "outcome": result.get("outcome"),
        "next": next.get("how") if next else None,
        "sealed_at": result.get("ended_at") or next.get("decided_at"),
    }


def _hold(run: str) -> "dict[str, Any] | None":
    """{until_at, why, by} of the hold that keeps the watchdog away from the run; None without one."""
    found = run_hold.standing(run)
    return found and {key: found.get(key) for key in ("until_at", "why", "by")}


def needs(seen: look.Look, state: str, hold: "dict[str, Any] | None" = None) -> "dict[str, str] | None":
    """What the run needs from a person: {kind, command}; None when it needs nobody.

    A run that would be started again by itself needs the release of a `hold` that has no end.
    """
    if hold is not None and hold["until_at"] is None and seen.phase == phase.SCHEDULED:
        return {"kind": "release", "command": f"workcell release {seen.id}"}
    kinds = {
        phase.CORRUPT: ("look", f"workcell fsck {seen.id}"),
        phase.UNKNOWN: ("look", f"workcell status {seen.id}"),
        phase.INTERRUPTED: ("settle", f"workcell resume {seen.id}"),
        phase.LOST: ("settle", f"workcell resume {seen.id}"),
        phase.ORPHANED: ("decide", f"workcell stop {seen.id}"),
        phase.CREATED: ("start", f"workcell resume {seen.id}"),
        "question": ("answer", f"workcell attach {seen.id}"),
        "approval": ("answer", f"workcell attach {seen.id}"),
        "failed": ("decide", f"workcell resume {seen.id}"),
        "tampered": ("look", f"workcell handoff {seen.id}"),
        "abandoned": ("decide", f"workcell handoff {seen.id}"),
        "unverified": ("look", f"workcell handoff {seen.id}"),
    }
    found = kinds.get(state)
    return {"kind": found[0], "command": found[1]} if found else None


def write(run: str, activity: "dict[str, Any] | None" = None) -> None:
    """Replace status.json by what the files say now. For the holder of runner.lock.

    The phase is computed with the lock as held before the end and as free after it, so that the record is right
    for whoever reads it next. A disk that refuses costs the cache and nothing else.
    """
    seen = look.at(run, holding=True)
    if seen.phase not in (phase.DONE, phase.SCHEDULED, phase.CORRUPT):
        seen.runner = probe.YES
        exit, start = layout.EXIT in seen.stands, layout.START in seen.stands
        seen.phase, seen.why = (phase.FINISHING if exit else phase.RUNNING if start else phase.STARTING), None
    try:
        seal.replace(run, layout.STATUS, json_codec.encode(portable(document(seen, activity))))
    except OSError:
        pass


def mark_over(run: str) -> None:
    """Say in the home that a run is over, where its last writer died before it did; nothing if somebody is writing."""
    if not ledger.exists(run):
        return
    try:
        held = writer.take(run, 0)
    except OSError:
        return
    if held is not None:
        with held:
            seen = look.at(run, holding=True)
            if seen.phase == phase.DONE:
                held.end(portable(document(seen)))


def cached(run: str) -> "dict[str, Any] | None":
    """The document of a run that is over, without looking at the run; None when the run must be looked at.

    It is read from `ended/` of the home, which the agent cannot write to. A run without a ledger has none there: its
    status.json is read, if it speaks of a run that is over, and nothing has been opened since.
    """
    found = _read(ledger.ended_path(run))
    if found is not None:
        return {**found, "dir": run}
    if ledger.exists(run):
        return None
    found = _read(os.path.join(run, layout.STATUS))
    holds = (found or {}).get("holds_while")
    if found is None or not isinstance(holds, dict) or not holds.get("result"):
        return None
    if layout.current(run) != holds.get("attempt"):
        return None
    if not os.path.exists(os.path.join(run, layout.CURRENT, layout.RESULT)):
        return None
    return {**found, "dir": run}


def _read(path: str) -> "dict[str, Any] | None":
    try:
        found = json_codec.decode(safe_open.read(path, look.LARGEST) or b"")
    except (OSError, ValueError):
        return None
    return found if found.get("schema") == SCHEMA else None
