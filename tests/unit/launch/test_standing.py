"""How a run that is waited for stands, as it is told to a listener."""

import os
from pathlib import Path

import pytest

from workcell.launch import standing
from workcell.rundir import hint, layout, look, phase


def heard(made_live, state, since="2026-11-22T06:00:00.000Z"):
    """What the runner heard of the agent."""
    record = {
        "schema": "workcell.file.activity/1",
        "attempt": 1,
        "pid": os.getpid(),
        "state": state,
        "since": since,
        "source": "hook",
        "words": "the hook said so",
    }
    Path(made_live.run, layout.ACTIVITY).write_bytes(hint.encode(record))


def test_an_agent_that_asks_is_told_with_what_it_asks_and_the_commands(made_live):
    made_live.captured(approval={"text": "Bash: make", "at": None, "id": None, "question": False, "tool": "Bash"})
    heard(made_live, "approval")
    found = standing.Reader().of(look.at(made_live.run))
    assert (found.state, found.over) == ("approval", False)
    assert found.needs["why"] == "Bash: make" and found.needs["options"][0]["command"] == "workcell approve r"


def test_an_agent_at_work_needs_nothing(made_live):
    heard(made_live, "working")
    found = standing.Reader().of(look.at(made_live.run))
    assert (found.state, found.needs, found.waits) == ("working", None, None)


def test_a_run_is_not_asked_again_at_once_unless_its_phase_changed(made_live, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(standing.time, "monotonic", lambda: now[0])
    heard(made_live, "working")
    reader, seen = standing.Reader(), look.at(made_live.run)
    reader.of(seen)
    heard(made_live, "approval", "2026-11-22T06:00:01.000Z")
    assert reader.of(seen).state == "working"
    now[0] = standing.ASK
    assert reader.of(seen).state == "approval"
    seen.phase = phase.SCHEDULED
    assert reader.of(seen).state == phase.SCHEDULED


@pytest.mark.parametrize("where", [phase.DONE, phase.FINISHING, phase.LOST, phase.INTERRUPTED])
def test_what_a_wait_brings_to_its_end_itself_needs_nothing(made_live, where):
    seen = look.at(made_live.run)
    seen.phase = where
    found = standing.Reader().of(seen)
    assert (found.state, found.over, found.needs) == (where, where == phase.DONE, None)
