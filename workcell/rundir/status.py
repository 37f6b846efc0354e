"""The status document: the projection of a run's sealed files, and its cached copy status.json."""

import os

from workcell.base import json_codec, probe
from workcell.rundir import layout, ledger, look, phase, pinned, room, run_hold, safe_open, seal, writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir import schema

SCHEMA: "Final" = "workcell.file.status/1"


def document(seen: look.Look, activity: "schema.Activity | None" = None) -> "schema.Status":
    """Every key of `status --json`; what is absent is null, never missing."""
    launch, attempt, result = seen.launch, seen.attempt, seen.result
    sealed = [look.Sealed(seen, n) for n in range(1, seen.n + 1)]
    attempts = [_attempt(n, one) for n, one in enumerate(sealed, 1)]
    outcome = seen.outcome if seen.phase == phase.DONE else None
    if seen.phase == phase.RUNNING and activity is None:
        activity = {"state": "unknown", "since": None, "confidence": 0.0, "evidence": []}
    state: schema.State = outcome or seen.phase
    if seen.phase == phase.RUNNING and activity is not None:
        state = phase.RUNNING if activity["state"] == "unknown" else activity["state"]
    started = [entry["started_at"] for entry in attempts if entry["started_at"]]
    hold = None if seen.phase == phase.DONE else _hold(seen.run)
    trouble, cure = _trouble(seen)
    times = [launch.get("created_at") if launch else None, attempt.get("asked_at") if attempt else None]
    for entry, one in zip(attempts, sealed, strict=True):
        times += [entry["started_at"], entry["ended_at"], _sealed_at(one)]
    return {
        "schema": SCHEMA,
        "id": (launch.get("id") if launch else None) or seen.id,
        "name": launch.get("name") if launch else None,
        "dir": seen.run,
        "state": state,
        "phase": seen.phase,
        "activity": activity if seen.phase == phase.RUNNING else None,
        "outcome": outcome,
        "reason": trouble or seen.why or seen.reason or (seen.next.get("reason") if seen.next else None),
        "needs": cure or needs(seen, state, hold),
        "hold": hold,
        "attempt": seen.n or None,
        "attempts": attempts,
        "recipe": seen.recipe_name,
        "repo": seen.repo,
        "workspace": launch.get("workspace") if launch else None,
        "objective": seen.objective,
        "base": launch.get("base") if launch else None,
        "limits": seen.limits,
        "group": launch.get("group") if launch else None,
        "labels": launch.get("labels") if launch else None,
        "isolation": seen.start.get("isolation") if seen.start else None,
        "started_at": started[0] if started else None,
        "ended_at": result.get("ended_at") if result else None,
        "due_at": seen.next.get("not_before") if seen.next and seen.phase == phase.SCHEDULED else None,
        "written_at": max((time for time in times if time), default=None),
        "checked": seen.checked,
        "altered": seen.altered,
        "holds_while": {"attempt": seen.n or None, "result": layout.RESULT in seen.stands},
    }


def _trouble(seen: look.Look) -> "tuple[str | None, schema.Needs | None]":
    """(what keeps the run from going on well: no room, or a pinned file that changed; what a person can do)."""
    full = room.held_up(seen.run) if seen.phase == phase.RUNNING else None
    if full:
        return full, {"kind": "room", "command": "workcell doctor"}
    changed = None if seen.phase in (phase.DONE, phase.CORRUPT) else pinned.trouble(seen)
    return changed, {"kind": "look", "command": f"workcell fsck {seen.id}"} if changed else None


def portable(found: "schema.Status") -> "schema.Status":
    """A status document as it is kept: without the path of the run, which another place of the home makes wrong."""
    kept = found.copy()
    kept.pop("dir", None)
    return kept


def _attempt(n: int, sealed: look.Sealed) -> "schema.StatusAttempt":
    recipe = sealed.attempt.get("recipe") if sealed.attempt else None
    exit, verify = sealed.exit, sealed.verify
    return {
        "n": n,
        "recipe": recipe.get("name") if recipe else None,
        "started_at": sealed.start.get("started_at") if sealed.start else None,
        "ended_at": exit.get("ended_at") if exit else None,
        "exit": {"code": exit.get("code"), "signal": exit.get("signal"), "how": exit.get("how")} if exit else None,
        "verify": {"code": verify.get("code"), "seconds": verify.get("seconds")} if verify else None,
        "outcome": sealed.result.get("outcome") if sealed.result else None,
        "next": sealed.next.get("how") if sealed.next else None,
    }


def _sealed_at(sealed: look.Sealed) -> "str | None":
    """When it was decided what follows the attempt."""
    ended = sealed.result.get("ended_at") if sealed.result else None
    return ended or (sealed.next.get("decided_at") if sealed.next else None)


def _hold(run: str) -> "schema.StatusHold | None":
    """The hold that keeps the watchdog away from the run; None without one."""
    found = run_hold.standing(run)
    if found is None:
        return None
    by: Any = found.get("by")
    return {"until_at": found.get("until_at"), "why": found.get("why"), "by": by}


def needs(seen: look.Look, state: "schema.State", hold: "schema.StatusHold | None" = None) -> "schema.Needs | None":
    """What the run needs from a person: {kind, command}; None when it needs nothing.

    A run that would be started again by itself needs the release of a `hold` that has no end.
    """
    if hold is not None and hold["until_at"] is None and seen.phase == phase.SCHEDULED:
        return {"kind": "release", "command": f"workcell release {seen.id}"}
    kinds: dict[schema.State, tuple[schema.Need, str]] = {
        phase.CORRUPT: ("look", f"workcell fsck {seen.id}"),
        phase.UNKNOWN: ("decide", f"workcell stop {seen.id}"),
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


def write(run: str, activity: "schema.Activity | None" = None) -> None:
    """Replace status.json by what the files say now. For the holder of the right to write.

    The phase is computed with the lock as held before the end and as free after it, so that the record is right
    for its next reader. A disk that refuses costs the cache and nothing else.
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
    """Say in the home that a run is over, where its last writer died before it did; not while it is written."""
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


def cached(run: str) -> "schema.Status | None":
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
    holds = found.get("holds_while") if found is not None else None
    if found is None or not isinstance(holds, dict) or not holds.get("result"):
        return None
    if layout.current(run) != holds.get("attempt"):
        return None
    if not os.path.exists(os.path.join(run, layout.CURRENT, layout.RESULT)):
        return None
    return {**found, "dir": run}


def _read(path: str) -> "schema.Status | None":
    try:
        found: Any = json_codec.decode(safe_open.read(path, look.LARGEST) or b"")
    except (OSError, ValueError):
        return None
    return found if found.get("schema") == SCHEMA else None
