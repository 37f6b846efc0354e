"""Makes the proposal of a playbook that asks a person about the end of an attempt.

Invariants:
- The proposal stands before the result that names it: one that no result names counts for nothing.
- A finish that is repeated finds it under the same id, and changes nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workcell.base import clock, json_codec
from workcell.cleaning.clean import Cleaner
from workcell.judgement import outcome
from workcell.rundir import layout, look, phase, proposals

if TYPE_CHECKING:
    from workcell.judgement import next as nexts
    from workcell.rundir import schema
    from workcell.rundir.schema.proposals import ProposedAct

INCIDENT = "end"
"""The finding about which it is made: an attempt has one end."""


def propose(seen: look.Look, decision: nexts.Decision, cleaner: Cleaner) -> schema.Proposal:
    """Seal what the decision asks for; the proposal that stands, where it was sealed before.

    OSError where the disk refuses.
    """
    asked = decision["asks"]
    book, now = asked["playbook"], time.time()
    acts: list[ProposedAct] = [{**one, "words": cleaner.line(one["words"])} for one in asked["acts"]]
    key = json_codec.encode_line({"playbook": book["name"], "incident": INCIDENT, "text": asked["text"], "acts": acts})
    made: schema.Proposal = {
        "schema": proposals.SCHEMA,
        "id": proposals.name(seen.id, seen.n, key),
        "run": seen.id,
        "attempt": seen.n,
        "phase": phase.DONE,
        "playbook": book,
        "incident": INCIDENT,
        "verdict": _verdict(decision),
        "cause": cleaner.line(" ".join(asked["cause"].split())),
        "text": cleaner.line(asked["text"]),
        "acts": acts,
        "risk": asked["risk"],
        "dialog": None,
        "created_at": clock.stamp(now),
        "void_at": clock.stamp(now + proposals.LIFE),
    }
    return proposals.propose(layout.home_of(seen.run), made)


def _verdict(decision: nexts.Decision) -> schema.VerdictName:
    if "verdict" in decision:
        return decision["verdict"]["verdict"]
    return "tampered" if decision["outcome"] == outcome.TAMPERED else "unknown"


def facts(made: schema.Proposal) -> schema.NoticeFacts:
    """What the notice of a proposal shows."""
    return {
        "why": f"{made['text']} ({made['cause']})",
        "asks": "; ".join(one["words"] for one in made["acts"]),
        "reply": f"workcell deny {made['id']}",
        "command": f"workcell approve {made['id']}",
    }
