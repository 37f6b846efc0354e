"""What each attempt spent: a conversation that goes on tells of all of it, and is counted once."""

import json
import os
from pathlib import Path

import pytest

from tests.support import made_runs
from workcell.base import clock
from workcell.cleaning.clean import Cleaner
from workcell.evidence import capture_state
from workcell.judgement import session as sessions
from workcell.rundir import layout
from workcell.views import spending

NOW = 1_800_000_000.0


@pytest.fixture
def run(tmp_path):
    """Adds an attempt with what its agent told, and says what each attempt of the run spent."""
    made = made_runs.MadeRun(tmp_path)
    count = [0]

    def add(cost, tokens, *, native=False, ended=NOW - 10):
        count[0] += 1
        folder = Path(layout.attempt(made.run, count[0]))
        os.makedirs(folder, exist_ok=True)
        attempt = {"schema": "workcell.file.attempt/1", "native": native, **made.attempt}
        (folder / layout.ATTEMPT).write_text(json.dumps(attempt))
        if ended:
            exit = {"schema": "workcell.file.exit/1", "ended_at": clock.stamp(ended)}
            (folder / layout.EXIT).write_text(json.dumps(exit))
        session = {**sessions.empty(), "events": 1, "cost_usd": cost, "tokens_total": {"input": tokens}}
        read = {"offset": 0, "inode": None, "memory": {}, "scope": "", "kind": "stream", "skipping": False, "bad": 0}
        hook = {"memory": {}, "session": sessions.empty(), "transcript": None}
        state = {
            "schema": capture_state.SCHEMA,
            "journal": 0,
            "session": None,
            "told": [],
            "final": True,
            "sources": {"hook": hook, "stream": {"file": "f", "copied": 0, "state": read, "session": session}},
        }
        (folder / layout.CAPTURE).write_text(json.dumps(state))
        seen = made.seen()
        seen.n = count[0]
        return spending.of_run(seen, Cleaner(), NOW)

    return add


def told(spent):
    return [(one.cost_usd, one.tokens.get("input")) for one in spent]


def test_attempts_of_their_own_are_counted_each(run):
    run(0.5, 100)
    assert told(run(0.25, 50)) == [(0.5, 100), (0.25, 50)]


def test_a_conversation_that_goes_on_is_counted_once(run):
    run(0.5, 100)
    spent = run(0.75, 130, native=True)
    assert told(spent) == [(0.5, 100), (0.25, 30)]
    cost, tokens = spending.total(spent)
    assert cost == 0.75 and tokens["input"] == 130


def test_a_count_that_began_anew_is_taken_as_it_is(run):
    run(0.5, 100)
    assert told(run(0.25, 30, native=True)) == [(0.5, 100), (0.25, 30)]


def test_what_has_not_ended_was_spent_now_and_no_cost_is_not_nothing(run):
    [found] = run(None, 5, ended=None)
    assert (found.at, found.cost_usd) == (NOW, None)
    assert spending.total([found])[0] is None
    assert spending.total([]) == (None, {})
