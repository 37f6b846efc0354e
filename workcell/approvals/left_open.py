"""The tool call that a hook deferred and an attempt ended with, and the yes or no of a person to it.

Invariants:
- An attempt was left open where the agent's own last record says so, and the journal has the line by which our hook
  deferred that very call. A call that another hook deferred is not ours to ask about.
- A decision stands in the journal before anything acts on it. The first one counts; the same again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.approvals import journal
from workcell.base import clock, ids
from workcell.base.errors import InputOutput, TryAgain
from workcell.cleaning.clean import Cleaner
from workcell.evidence import capture_state
from workcell.rundir import deferred, layout, look

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import RuleAnswer

MOST_WORDS = 1000
"""Characters of a command that next.json holds; the journal holds more of it."""


def of_end(seen: look.Look, cleaner: Cleaner) -> schema.DeferredCall | None:
    """The call with which the current attempt of the run ended; None where it ended otherwise."""
    told = capture_state.records(capture_state.stored(seen.directory))
    end = told["end"] if told is not None and told["turn"] == "done" else None
    call = end.get("deferred") if end is not None else None
    if not call:
        return None
    for line in reversed(deferred.lines_of(layout.home_of(seen.run), seen.id)):
        if line.get("told") == "defer" and line["attempt"] == seen.n and line.get("call") == call:
            return _of_line(line, call, cleaner)
    return None


def _of_line(line: schema.ApprovalLine, call: str, cleaner: Cleaner) -> schema.DeferredCall:
    words = cleaner.line(line["words"])
    return {
        "id": line["id"],
        "at": line["at"],
        "tool": line["tool"],
        "words": words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1] + "…",
        "sha256": line["sha256"],
        "call": call,
        "risk": line["risk"],
        "rule": line["rule"],
        "why": line["why"],
    }


def decide(
    seen: look.Look, call: schema.DeferredCall, answer: RuleAnswer, why: str | None = None
) -> schema.ApprovalLine:
    """Have a person's yes or no on disk; the line that counts, which is an earlier one where there is one.

    `why` is what the agent is told.

    Raises TryAgain while another process keeps the journal, InputOutput where the disk takes no line.
    """
    made: schema.ApprovalLine = {
        "schema": journal.SCHEMA,
        "id": ids.unique(),
        "at": clock.stamp(),
        "run": seen.id,
        "attempt": seen.n,
        "decides": call["id"],
        "tool": call["tool"],
        "words": call["words"],
        "sha256": call["sha256"],
        "call": call["call"],
        "answer": answer,
        "told": answer,
        "risk": call["risk"],
        "rule": None,
        "why": why,
        "by": "person",
    }
    verb = "approve" if answer == "allow" else "deny"
    try:
        return journal.decide(layout.home_of(seen.run), made)
    except journal.Busy as error:
        raise TryAgain("the journal of approvals is held by another process", f"workcell {verb} {seen.id}") from error
    except OSError as error:
        words = f"the journal of approvals cannot be written: {error.strerror}"
        raise InputOutput(words, "free some disk space") from error
