"""What was decided last about what an agent asked, in words."""

import json
import os

from tests.support import ruled_run
from workcell.rundir import layout
from workcell.together import decided


def write(made, *events):
    with open(os.path.join(made.run, layout.EVENTS), "a") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def resolved(at, decision, by, **more):
    return {"type": "approval.resolved", "at": at, "by": by, "data": {"decision": decision, **more}}


def test_without_a_decision_nothing_is_said(made_live):
    write(made_live, {"type": "user.prompt", "at": "2026-11-20T05:00:00.000Z"})
    assert decided.last(made_live.seen()) is None


def test_the_last_one_of_the_events_and_the_journal_is_told(made_live):
    first, last = "2026-11-20T05:00:00.000Z", "2030-11-20T05:00:00.000Z"
    write(made_live, resolved(first, "allowed", "person"), resolved(last, "gone", None))
    with open(os.path.join(made_live.run, layout.EVENTS), "a") as file:
        file.write('"approval.resolved" torn\n')
    assert decided.last(made_live.seen()) == f"the last request was allowed by a person at {first}"
    ruled_run.decide(made_live, "make deploy", "deny", why="not on a Friday")
    said = decided.last(made_live.seen())
    assert said.startswith("it was denied by a person at 20") and said.endswith(": make deploy (not on a Friday)")
    write(made_live, resolved(last, "allowed", None), resolved(last, "denied", "person", call="t1"))
    assert decided.last(made_live.seen()) == f"the last request was allowed by its own program at {last}"
