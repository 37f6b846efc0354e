"""What was decided last about what the agent of a run asked permission for, in words: who, what and when."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from workcell.base import json_codec
from workcell.cleaning import run_cleaner
from workcell.rundir import deferred, layout, look, safe_open

if TYPE_CHECKING:
    from workcell.rundir import schema

NEAR_END = 1 << 20
"""Bytes at the end of the events of a run that are looked through."""

_SAID = {"allow": "allowed", "deny": "denied"}
_BY = {"person": "a person", "rule": "a rule"}


def last(seen: look.Look) -> str | None:
    """The last decision; None where none is known."""
    lines = deferred.lines_of(layout.home_of(seen.run), seen.id)
    by_person = [line for line in lines if line.get("decides") and line.get("answer") in _SAID]
    found = [*_of_events(seen), *((line["at"], in_words(seen, line)) for line in by_person)]
    return max(found)[1] if found else None


def in_words(seen: look.Look, line: schema.ApprovalLine) -> str:
    """A decision of the journal."""
    said = f"it was {_SAID[line['answer']]} by {_BY[line.get('by', 'rule')]} at {line['at']}: {line['words']}"
    return run_cleaner.of_run(seen.run).line(f"{said} ({line['why']})" if line.get("why") else said)


def _of_events(seen: look.Look) -> list[tuple[str, str]]:
    """(time, words) of the decisions in the events of the run, which any process of the agent can write to."""
    found = []
    data = safe_open.tail(os.path.join(seen.run, layout.EVENTS), NEAR_END) or b""
    for raw in data.split(b"\n"):
        if b'"approval.resolved"' not in raw:
            continue
        try:
            event: Any = json_codec.decode(raw)
        except ValueError:
            continue
        told = event.get("data")
        decision, at, by = (told.get("decision") if isinstance(told, dict) else None), event.get("at"), event.get("by")
        if decision in _SAID.values() and isinstance(at, str) and not told.get("call"):  # else the journal has more
            who = _BY.get(str(by), str(by)) if by else "its own program"
            found.append((at, run_cleaner.of_run(seen.run).line(f"the last request was {decision} by {who} at {at}")))
    return found
