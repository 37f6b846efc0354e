"""The finding of one look at a run: a cheap decision from its phase, the memory and the end of its journal."""

import os

from workcell.base import clock
from workcell.rundir import deferred, layout, look, phase, standby
from workcell.watch import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from workcell.rundir import schema

    Finding = Literal["settle", "judge", "start", "due", "orphan", "unknown", "corrupt", "starting", "idle", "read"]

SETTLE: "Finding" = "settle"
"""A dead process left something to be brought to its end."""
JUDGE: "Finding" = "judge"
"""A live run said something telling, or has been silent for long."""
START: "Finding" = "start"
"""It was launched and never started."""
DUE: "Finding" = "due"
"""The time of its next attempt has come."""
ORPHAN: "Finding" = "orphan"
UNKNOWN: "Finding" = "unknown"
CORRUPT: "Finding" = "corrupt"
STARTING: "Finding" = "starting"
IDLE: "Finding" = "idle"
"""It has waited for its next message for so long that a notice is due."""
READ: "Finding" = "read"
"""The records of an agent at work have grown."""

FINDINGS = (SETTLE, JUDGE, START, DUE, ORPHAN, UNKNOWN, CORRUPT, STARTING, IDLE, READ)
"""All findings, in the order in which a tick acts on them."""

_OF_PHASES: "dict[str, Finding]" = {phase.ORPHANED: ORPHAN, phase.UNKNOWN: UNKNOWN, phase.CORRUPT: CORRUPT}

SILENT = 300.0
"""Seconds of silence after which a run is looked at more closely. That it is silent alone never counts."""

AGAIN = 2.0
"""Each further look at a run that stays silent waits so many times longer than the last."""

SLOW_START = 120.0
"""Seconds after which a runner that has taken its lock and started nothing is told of."""

TELLING = (
    *(b'"approval.requested"', b'"limit"', b'"retry"', b'"error"', b'"turn.completed"', b'"session.exited"'),
    # payloads of hooks, which are in the journal before they are read
    *(b'"PermissionRequest"', b'"permission_prompt"', b'"idle_prompt"', b'"AskUserQuestion"', b'"request_user_input"'),
    *(b'"Stop"', b'"StopFailure"', b'"SessionEnd"'),
)
"""JSON strings in the journal after which a live run is judged at once. Of an agent that only works none comes; where
one of them is a value in a tool's input, it costs a look."""

READ_EVERY = 300.0
"""Seconds between two readings of what an agent at work has recorded. All runs of a home are read in one tick."""

_TAIL = 1 << 18


def find(seen: look.Look, memory: observe.Memory, held: bool) -> "Finding | None":
    """The finding on a run; None where there is nothing to do.

    Reads no clock but the memory's, starts nothing and writes nothing. A run with a hold is left alone.
    """
    mine = memory.of_run(seen)
    if held:
        return None
    if seen.phase == phase.RUNNING:
        return _running(seen, memory, mine)
    found = _not_running(seen, memory, mine)
    return found if found is not None and not _quiet(mine, found, memory.now) else None


def of_phase(where: str) -> "Finding | None":
    """The finding of a phase in which a run can be neither followed nor settled; None for other phases."""
    return _OF_PHASES.get(where)


def _not_running(seen: look.Look, memory: observe.Memory, mine: "schema.SeenRun") -> "Finding | None":
    if settles(seen):
        return SETTLE
    since = memory.since(mine)
    if seen.phase == phase.CREATED:
        later = seen.starts_later
        return START if not later and since >= observe.TWICE else None
    if seen.phase == phase.SCHEDULED:
        # which of the two clocks is right will show within a minute
        return DUE if not memory.stepped and _due(seen, memory.now.wall) else None
    if seen.phase == phase.STARTING:
        return STARTING if since >= SLOW_START else None
    return of_phase(seen.phase) if since >= observe.TWICE else None


def settles(seen: look.Look) -> bool:
    """Whether a dead process left something to be brought to its end."""
    leftovers = seen.phase == phase.ORPHANED and seen.why == phase.LEFTOVERS
    return seen.phase in (phase.INTERRUPTED, phase.LOST) or leftovers


def _due(seen: look.Look, wall: float) -> bool:
    when = seen.next.get("when") if seen.next else None
    if when is not None:
        # a word that is not known here is a newer workcell's to act on
        if when == standby.MESSAGE:
            return standby.due(seen)
        return when == deferred.APPROVAL and deferred.undecided(seen) is None
    at = seen.next.get("not_before") if seen.next else None
    if not at:
        return True
    try:
        return wall >= clock.parse(str(at))
    except ValueError:
        return True


def _running(seen: look.Look, memory: observe.Memory, mine: "schema.SeenRun") -> "Finding | None":
    """Whether a live run is to be judged: something telling came, or it has been silent for long."""
    silent = memory.silence(seen, mine)
    if seen.reader == "none":
        return None  # its records cannot be read, and silence proves nothing
    told = _has_telling_event(seen, mine)
    if told:
        mine.pop("quiet", None)
        mine["look_at"] = 0.0
    elif _idle_due(mine, memory.now.mono):
        return IDLE
    if mine.get("open"):
        return None if _quiet(mine, JUDGE, memory.now) else JUDGE
    if told:
        return JUDGE
    if silent < SILENT:
        mine.pop("look_at", None)
        return READ if _read_due(mine, memory.now.mono) else None
    if silent < float(mine.get("look_at") or 0.0):
        return None
    mine["look_at"] = silent * AGAIN
    return JUDGE


def _idle_due(mine: "schema.SeenRun", now: float) -> bool:
    """Whether a notice of an agent that waits for its next message is due."""
    idle = mine.get("idle")
    return idle is not None and idle["next"] is not None and now >= idle["next"]


def _read_due(mine: "schema.SeenRun", now: float) -> bool:
    """Whether the records of an agent at work are to be read: they grew, and READ_EVERY seconds are over."""
    due = now - now % READ_EVERY
    if float(mine.setdefault("read_at", due)) >= due or mine.get("read_sizes") == mine["sizes"]:
        return False
    mine["read_at"], mine["read_sizes"] = due, mine["sizes"]
    return True


def _has_telling_event(seen: look.Look, mine: "schema.SeenRun") -> bool:
    """Whether a telling event has come to the journal since the last tick."""
    path = os.path.join(seen.run, layout.EVENTS)
    try:
        size = os.stat(path).st_size
        before = int(mine.get("read", 0))
        if size == before:
            return False
        with open(path, "rb") as file:
            file.seek(max(min(before, size), size - _TAIL))
            data = file.read(_TAIL)
    except OSError:
        return False
    mine["read"] = size
    return any(word in data for word in TELLING)


def leave_alone(mine: "schema.SeenRun", word: str, now: observe.Now, seconds: float) -> None:
    """Leave that finding alone for so long; a change of phase or attempt forgets it."""
    mine.setdefault("quiet", {})[word] = now.mono + seconds


def _quiet(mine: "schema.SeenRun", word: str, now: observe.Now) -> bool:
    until = mine.get("quiet")
    return until is not None and now.mono < float(until.get(word) or 0.0)
