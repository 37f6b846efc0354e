"""What went on by itself: acts of the watchdog that were done, and attempts that a playbook opened, each told once."""

import json

import pytest

from tests.support import made_runs
from workcell.base import clock
from workcell.rundir import layout
from workcell.views import recoveries

WALL = made_runs.WALL
SECRET = "ghp_" + "a1B2" * 9


@pytest.fixture
def made(tmp_path):
    return made_runs.MadeRun(tmp_path)


def asked_by(made, by, at=WALL):
    made.attempt |= {"asked_by": by, "asked_at": clock.stamp(at), "attempt": 1}
    made.store()


def act(made, step, state="done", run="r", **more):
    actions = made.actions()
    number = actions.intent(run=run, attempt=1, step=step, playbook="p", **more)
    if state:
        actions.result(number, state)
    return number


def told(made, since=WALL - 60):
    return [(one.step, one.attempt, one.why) for one in recoveries.since(made.home, since, {"r"}, {})]


def test_an_attempt_that_a_playbook_opened_is_told_with_its_reason_cleaned(made):
    asked_by(made, {"who": "playbook", "playbook": "usage-limit", "why": f"it reset {SECRET}"})
    [found] = recoveries.since(made.home, WALL - 60, {"r"}, {})
    assert (found.name, found.playbook, found.step, found.attempt) == ("r", "usage-limit", "resume", 1)
    assert found.why.startswith("it reset [redacted")


def test_an_attempt_and_the_act_that_opened_it_are_told_once(made):
    number = act(made, "resume", why="due")
    asked_by(made, {"who": "playbook", "playbook": "p", "why": "due", "act": number})
    assert told(made) == [("resume", 1, "due")]


def test_acts_that_were_not_done_and_those_that_touch_nothing_are_left_out(made):
    asked_by(made, {"who": "person"})
    act(made, "nudge", why=["a", "b"])
    act(made, "nudge", state="failed", why="x")
    act(made, "nudge", state=None, why="killed")
    act(made, "notify", why="told")
    act(made, "nudge", run="another", why="y")
    assert told(made) == [("nudge", 1, "a, b")]


def test_what_was_before_the_time_is_left_out(made):
    asked_by(made, {"who": "playbook", "playbook": "p", "why": "old"}, at=WALL - 3600)
    act(made, "nudge", why="x")
    assert told(made) == [("nudge", 1, "x")]
    assert told(made, WALL + 60) == []


def test_a_torn_line_of_the_record_is_left_out(made):
    asked_by(made, {"who": "person"})
    act(made, "interrupt", why="loop")
    with open(f"{made.home}/{layout.WATCHDOG}/actions.jsonl", "a") as file:
        file.write(json.dumps({"is": "intent"})[:-3])
    assert told(made) == [("interrupt", 1, "loop")]
