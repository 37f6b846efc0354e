"""The verdict for those who act on it."""

import json
import os

import pytest

from tests.support.made_runs import MadeRun
from workcell.evidence import verdict
from workcell.judgement import repetition
from workcell.judgement import session as sessions
from workcell.rundir import layout


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def recorded(made, **session):
    """The run, as if these were the facts of its transcript."""
    state = {"offset": 0, "inode": 1, "memory": {}, "scope": "r/1", "kind": "transcript", "skipping": False, "bad": 0}
    transcript = {"file": "t.jsonl", "copied": 0, "state": state}
    stored = {
        "schema": "workcell.file.capture/1",
        "attempt": 1,
        "at": None,
        "agent": "claude",
        "session": None,
        "journal": 0,
        "told": [],
        "final": True,
        "sources": {
            "hook": {"memory": {}, "session": sessions.empty(), "transcript": None},
            "transcript": {**transcript, "session": {**sessions.empty(), "events": 1, **session}},
        },
    }
    with open(os.path.join(layout.attempt(made.run, 1), layout.CAPTURE), "w") as file:
        json.dump(stored, file)
    return made.seen("interrupted")


def test_the_cost_is_what_the_records_say(made):
    assert verdict.cost(recorded(made)) is None
    assert verdict.cost(recorded(made, cost_usd=1.5)) == 1.5


def test_the_records_of_an_attempt_are_those_with_events(made):
    [one] = verdict.records(recorded(made))
    assert (one["file"], one["kind"]) == ("t.jsonl", "transcript")
    assert verdict.records(recorded(made, events=0)) == []


def test_an_open_question_names_an_incident_of_its_own(made):
    asked = {"text": "May I?", "at": "2026-01-01T00:00:00Z", "id": "1", "question": False, "tool": "Bash"}
    seen = recorded(made, turn="open", turn_since="2026-01-01T00:00:00Z", approval=asked)
    found = verdict.judge_live(seen, [], 1.8e9)
    assert found.activity["state"] == "approval" and found.edge.startswith("approval/")
    assert found.asked == "2026-01-01T00:00:00Z" and found.loop is None
    assert found.verdict["verdict"] == "prompt" == verdict.judge(seen, [])["verdict"]


def test_the_loop_with_times_is_taken():
    times = repetition.MOST + 5
    calls = {**repetition.empty(), "same": [times, 0, 0], "recent": [["a", None]], "text": "ls"}
    plain = {**sessions.empty(), "calls": calls}
    timed = {**sessions.empty(), "calls": {**calls, "since": ["2026-01-01T00:00:00Z", None, None]}}
    assert verdict.loop([sessions.empty()]) is None
    found = verdict.loop([plain, timed])
    assert found is not None and found["since"] == "2026-01-01T00:00:00Z"
