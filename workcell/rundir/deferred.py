"""The tool call that an agent left open when its attempt ended, and what a person decided about it.

The call stands in `next.json`, which says `when: approval`. The decision is a line of `approvals.jsonl` of the home
that names the line by which the call was deferred; the first such line counts. No process waits meanwhile.
"""

import os

from workcell.base import json_codec
from workcell.rundir import layout, phase, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir import schema
    from workcell.rundir.look import Look

APPROVAL: "Final" = "approval"
"""`when` of next.json, and `who` of the attempt that a decision opens."""

NEVER: "Final" = "9999-12-31T00:00:00.000Z"
"""`not_before` of next.json where no time opens the next attempt."""

LARGEST = 16_000_000
"""Bytes of one part of the journal that are read."""


def call_of(seen: "Look") -> "schema.DeferredCall | None":
    """The call that the run was left with, whether or not a person has decided; None where it has none."""
    if seen.phase != phase.SCHEDULED or seen.next is None or seen.next.get("when") != APPROVAL:
        return None
    return seen.next.get("approval")


def ended(after: "schema.Next | None") -> bool:
    """Whether an attempt with this next.json ended at a call for which a person was to be asked."""
    return after is not None and after.get("when") == APPROVAL


def answers(attempt: "schema.Attempt | None") -> bool:
    """Whether a person's decision opened the attempt: in it the agent hears that, and no message."""
    by = attempt.get("asked_by") if attempt is not None else None
    return by is not None and by.get("who") == APPROVAL


def may_be_open(seen: "Look") -> bool:
    """Whether the conversation of the run may hold a call that was deferred and never answered."""
    return ended(seen.next) or answers(seen.attempt)


def undecided(seen: "Look") -> "schema.DeferredCall | None":
    """The call about which a person has said nothing yet."""
    call = call_of(seen)
    return call if call is not None and decision_of(layout.home_of(seen.run), seen.id, call["id"]) is None else None


def decision_of(home: str, run: str, deferred: str) -> "schema.ApprovalLine | None":
    """The line of the person's yes or no to the call that was deferred by that line; None where there is none."""
    return next((line for line in lines_of(home, run) if line.get("decides") == deferred), None)


def lines_of(home: str, run: str) -> "list[schema.ApprovalLine]":
    """The lines of the journal about that run, the oldest first; what cannot be read is left out."""
    found: list[schema.ApprovalLine] = []
    word = run.encode()
    for path in (path_of(home) + ".1", path_of(home)):
        data = safe_open.read(path, LARGEST)
        # most lines are about other runs, and to decode them would take most of the time
        for raw in data.split(b"\n") if data and word in data else ():
            line = read(raw) if word in raw else None
            if line is not None and line.get("run") == run:
                found.append(line)
    return found


def read(raw: bytes) -> "schema.ApprovalLine | None":
    """A line of the journal; None for what is none, or of another major version."""
    try:
        line: Any = json_codec.decode(raw)
    except ValueError:
        return None
    return line if json_codec.major(line, APPROVAL) == 1 else None


def path_of(home: str) -> str:
    """Where the journal lies."""
    return os.path.join(home, layout.APPROVALS)
