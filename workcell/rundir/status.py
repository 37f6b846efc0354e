"""The status document: the projection of a run's sealed files, and its cached copy status.json."""

import os
import time

from workcell.base import json_codec, probe
from workcell.rundir import (
    acks,
    costs,
    cures,
    deferred,
    heartbeat,
    layout,
    ledger,
    look,
    needs,
    phase,
    pinned,
    resting,
    room,
    run_hold,
    safe_open,
    seal,
    standby,
    writer,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir import schema

SCHEMA: "Final" = "workcell.file.status/1"


def state_of(seen: look.Look, activity: "schema.Activity | None") -> "schema.State":
    """The one word of tables: the outcome, else the activity where it is known, else the phase.

    A run that waits for a yes or no without any process is in the state of one whose agent asks; one that waits for a
    message is `waiting`.
    """
    if seen.phase == phase.DONE:
        return seen.outcome or seen.phase
    if seen.phase == phase.RUNNING and activity is not None and activity["state"] != "unknown":
        return activity["state"]
    if standby.waits(seen):
        return standby.WAITING
    return deferred.APPROVAL if deferred.undecided(seen) is not None else seen.phase


def situation(seen: look.Look, activity: "schema.Activity | None" = None) -> needs.Situation:
    """What the files and locks of the run say about what it needs; accounts and screens are added by its callers."""
    known = needs.Situation(_id(seen), state_of(seen, activity), seen.phase)
    home = layout.home_of(seen.run)
    known.attempt = seen.n
    known.reason = seen.why or seen.reason or (seen.next.get("reason") if seen.next else None)
    known.terminal = seen.io == "terminal"
    known.now = time.time()
    if seen.phase == phase.DONE:
        known.acknowledged = acks.stands(home, seen.id, seen.n)
        known.go_on, known.cause = go_on(seen), cures.cause(seen.result)
        return known
    known.hold = hold_of(seen.run)
    if seen.phase == phase.RUNNING:
        known.room = room.held_up(seen.run)
        if known.terminal and known.state == "idle" and activity is not None:
            known.checked = seen.attempt is not None and seen.attempt.get("verify") is not None
            known.since, known.unwatched = activity["since"], heartbeat.missing(home)
    if seen.phase != phase.CORRUPT:
        known.changed = pinned.trouble(seen)
    if seen.phase in (phase.CREATED, phase.SCHEDULED):
        known.later = seen.starts_later
        known.opened_at = seen.attempt.get("asked_at") if seen.attempt else None
        known.call = deferred.undecided(seen)
        known.rests = standby.waits(seen) and not standby.due(seen)
        known.due_at = due_at(seen)
        known.unwatched = None if known.rests else heartbeat.missing(home)  # a message wakes it without one
    return known


def due_at(seen: look.Look) -> "str | None":
    """The time before which the next attempt is not opened; None where no time says."""
    if seen.next is None or seen.phase != phase.SCHEDULED or seen.next.get("when") is not None:
        return None
    return seen.next.get("not_before")


def document(
    seen: look.Look, activity: "schema.Activity | None" = None, known: "needs.Situation | None" = None
) -> "schema.Status":
    """Every key of `status --json`; what is absent is null, never missing.

    `known` says what the run needs and waits for; without it, only what the files of the run say counts.
    """
    launch, result = seen.launch, seen.result
    sealed = [look.Sealed(seen, n) for n in range(1, seen.n + 1)]
    attempts = [_attempt(n, one) for n, one in enumerate(sealed, 1)]
    if seen.phase == phase.RUNNING and activity is None:
        activity = {"state": "unknown", "since": None, "confidence": 0.0, "evidence": []}
    known = known or situation(seen, activity)
    started = [entry["started_at"] for entry in attempts if entry["started_at"]]
    return {
        "schema": SCHEMA,
        "id": known.id,
        "name": launch.get("name") if launch else None,
        "dir": seen.run,
        "state": known.state,
        "phase": seen.phase,
        "activity": activity if seen.phase == phase.RUNNING else None,
        "outcome": seen.outcome if seen.phase == phase.DONE else None,
        "reason": known.room or known.changed or known.reason,
        "needs": needs.find(known),
        "hold": known.hold,
        "waits": needs.waits(known),
        "acknowledged": known.acknowledged,
        "attempt": seen.n or None,
        "attempts": attempts,
        "recipe": seen.recipe_name,
        "repo": seen.repo,
        "workspace": launch.get("workspace") if launch else None,
        "objective": seen.objective,
        "base": launch.get("base") if launch else None,
        "limits": seen.limits,
        "parent": seen.book.head.get("parent") if seen.book is not None else None,
        "group": launch.get("group") if launch else None,
        "labels": launch.get("labels") if launch else None,
        "isolation": seen.start.get("isolation") if seen.start else None,
        "started_at": started[0] if started else None,
        "ended_at": result.get("ended_at") if result else None,
        "due_at": due_at(seen),
        "written_at": _written_at(seen, sealed),
        "checked": seen.checked,
        "altered": seen.altered,
        "usage": None,
        "changed": _changed(sealed[-1].facts if sealed else None),
        "holds_while": {"attempt": seen.n or None, "result": layout.RESULT in seen.stands},
    }


def _id(seen: look.Look) -> str:
    return (seen.launch.get("id") if seen.launch else None) or seen.id


def kept(
    seen: look.Look, activity: "schema.Activity | None" = None, usage: "schema.Usage | None" = None
) -> "schema.Status":
    """A status document as it is kept in a file: what holds for as long as the sealed files stand, and the `usage`.

    It has no path, which another place of the home makes wrong, and nothing of acknowledgements and watchdogs.
    """
    known = situation(seen, activity)
    known.unwatched, known.acknowledged = None, False
    made = document(seen, activity, known)
    made["usage"] = usage
    for name in ("dir", "waits", "acknowledged"):
        made.pop(name, None)  # type: ignore[misc]
    return made


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


def _changed(facts: "schema.Facts | None") -> "schema.Changed | None":
    git = facts.get("git") if facts is not None else None
    if git is None:
        return None
    return {
        "commits": git["commits"],
        "files": git["files"],
        "insertions": git["insertions"],
        "deletions": git["deletions"],
        "untracked": git["untracked_count"],
    }


def _written_at(seen: look.Look, sealed: "list[look.Sealed]") -> "str | None":
    """Time of the newest record."""
    times = [
        seen.launch.get("created_at") if seen.launch else None,
        seen.attempt.get("asked_at") if seen.attempt else None,
    ]
    for one in sealed:
        times.append(one.start.get("started_at") if one.start else None)
        times += [one.exit.get("ended_at") if one.exit else None, _sealed_at(one)]
    return max((moment for moment in times if moment), default=None)


def _sealed_at(sealed: look.Sealed) -> "str | None":
    """When it was decided what follows the attempt."""
    ended = sealed.result.get("ended_at") if sealed.result else None
    return ended or (sealed.next.get("decided_at") if sealed.next else None)


def hold_of(run: str) -> "schema.StatusHold | None":
    """The hold that keeps the watchdog away from the run; None without one."""
    found = run_hold.standing(run)
    if found is None:
        return None
    by: Any = found.get("by")
    return {"until_at": found.get("until_at"), "why": found.get("why"), "by": by}


def first_of_brief(seen: look.Look) -> int:
    """The number of the attempt that began with the brief of now."""
    return int(seen.attempt.get("brief_given", 1)) if seen.attempt is not None else 1


def attempts_used(seen: look.Look) -> int:
    """How many attempts count for the limit on them: those with the brief of now.

    Those that ended at a call to be decided do not count. Of a run on standby they count from the last one that a
    message opened.
    """
    used = 0
    for n in range(seen.n, first_of_brief(seen) - 1, -1):
        used += not deferred.ended(look.record_at(seen, n, layout.NEXT))
        if look.asker(look.record_at(seen, n, layout.ATTEMPT)) == standby.MESSAGE:
            break
    return used


def cost_of(seen: look.Look, n: int) -> "float | None":
    """US dollars that the agent reported at the end of attempt `n`, as they were sealed; None where none were.

    Of an attempt that goes on with a conversation it is the cost of all of that.
    """
    for name in (layout.NEXT, layout.RESULT):
        found: schema.Next | schema.Result | None = look.record_at(seen, n, name)
        if found is not None and (cost := found.get("cost_usd")) is not None:
            return cost
    return None


def spent(seen: look.Look, last: "float | None" = None, since: int = 1) -> float:
    """US dollars that the attempts from `since` on cost in sum; `last` is what was reported of the current one."""
    told = [cost_of(seen, n) for n in range(1, seen.n + 1)]
    if told and last is not None:
        told[-1] = last
    native = [costs.goes_on(look.record_at(seen, n, layout.ATTEMPT)) for n in range(1, seen.n + 1)]
    own = costs.own(zip(native, told, strict=True))
    return sum(cost or 0.0 for cost in own[since - 1 :])


def go_on(seen: look.Look) -> str:
    """The command that opens the next attempt of a run that did not pass; one beyond its limit raises the limit."""
    command = f"workcell resume {seen.id}"
    most = seen.limits.get("attempts") if seen.limits else None
    used = attempts_used(seen)
    if most and used >= most:
        command += f" --attempts {used + 1}"
    dollars = seen.limits.get("cost_usd") if seen.limits else None
    if dollars and spent(seen, since=first_of_brief(seen)) >= dollars:
        command += f" --cost {2 * dollars:g}"
    if seen.recipe.get("steps") and seen.exit is not None and seen.exit.get("code") == 0:
        # every step ended well and the check failed: a plain resume would skip them all, and fail in the same way
        return f"{command} --steps all"
    return command


def write(run: str, activity: "schema.Activity | None" = None, usage: "schema.Usage | None" = None) -> None:
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
        seal.replace(run, layout.STATUS, json_codec.encode(kept(seen, activity, usage)))
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
                held.end(kept(seen))


def mark_resting(run: str, known: resting.Resting) -> None:
    """Keep the document of a run on standby, where its last writer did not; not while it is written."""
    if known.calm(run) or resting.waits_for(run):
        return
    try:
        held = writer.take(run, 0)
    except OSError:
        return
    if held is not None:
        with held:
            keep_resting(look.at(run, holding=True))


def keep_resting(seen: look.Look) -> None:
    """Keep the document of the run if it is on standby and needs nothing; for the holder of the right to write."""
    rests = standby.waits(seen) and not resting.waits_for(seen.run) and not standby.is_to_finish(seen)
    if rests and seen.book is not None and not seen.altered:
        made = kept(seen)
        if made["needs"] is None and made["hold"] is None:
            resting.place(seen.run, seen.book.size, made)


def resting_one(known: resting.Resting, run: str) -> "schema.Status | None":
    """The kept document of a run on standby; None when the run must be looked at."""
    found = known.document(run)
    return None if found is None else {**_ADDED, **found, "dir": run}


_ADDED: "Any" = {"usage": None, "changed": None, "parent": None}
"""Keys that documents of earlier versions do not have."""


def cached(run: str) -> "schema.Status | None":
    """The document of a run that is over, without looking at the run; None when the run must be looked at.

    It is read from `ended/` of the home, which the agent cannot write to. A run without a ledger has none there: its
    status.json is read, if it speaks of a run that is over, and nothing has been opened since.
    """
    found = _read(ledger.ended_path(run))
    if found is not None:
        return {**_ADDED, **found, "dir": run}
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
    return {**_ADDED, **found, "dir": run}


def _read(path: str) -> "schema.Status | None":
    try:
        found: Any = json_codec.decode(safe_open.read(path, look.LARGEST) or b"")
    except (OSError, ValueError):
        return None
    return found if found.get("schema") == SCHEMA else None
