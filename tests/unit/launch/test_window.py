"""What attach says where there is no terminal to show."""

import os

import pytest

from tests.support import frozen, runs
from workcell.accounts import holds
from workcell.base import clock
from workcell.base.errors import Refused
from workcell.launch import window
from workcell.rundir import look, phase


def test_of_a_run_that_is_over_nothing_is_shown(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    found = window.prepare(home, frozen.run_of(home, "frozen-two"), False)
    assert (found.argv, found.note) == (None, None)


def test_one_that_does_not_run_is_refused(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    with pytest.raises(Refused, match="it is created"):
        window.prepare(home, frozen.run_of(home, "frozen-created"), False)


@pytest.fixture
def waiting(tmp_path):
    """Home and directory of a run that waits to be started."""
    home = frozen.thaw(tmp_path / "home")
    return home, frozen.run_of(home, "frozen-created")


def refusal(home, run, word="created"):
    with pytest.raises(Refused, match=f"it is {word}") as caught:
        window.prepare(home, run, False)
    return caught.value


def test_of_one_that_waits_it_is_said_until_when_and_how_to_start_it_now(waiting, monkeypatch):
    seen = look.at(waiting[1])
    due = "2026-11-20T05:12:09.042Z"
    seen.phase, seen.next = phase.SCHEDULED, {"not_before": due, "reason": "the agent was overloaded"}
    monkeypatch.setattr(window.look, "at", lambda run: seen)
    monkeypatch.setattr(window.run_hold, "standing", lambda run: None)
    found = refusal(*waiting, "scheduled")
    assert found.message.endswith(
        f"; its next attempt may start at {clock.local(clock.parse(due))} (the agent was overloaded)"
    )
    assert found.hint == f"start it now: workcell resume {os.path.basename(waiting[1])}"


def test_of_one_that_is_held_the_hold_and_its_release_are_named(waiting):
    home, run = waiting
    holds.put_on_run(run, None, "look at the log first", {"who": "person", "playbook": None})
    found = refusal(home, run)
    assert found.message.endswith("and held (look at the log first)")
    assert found.hint == f"workcell release {os.path.basename(run)}"


def test_of_one_whose_account_is_held_the_reason_is_named(waiting, monkeypatch):
    home, run = waiting
    monkeypatch.setattr(holds, "account", lambda run, attempt: "claude")
    monkeypatch.setattr(window.run_hold, "standing", lambda run: None)
    holds.put(
        home,
        "claude",
        dict(
            until="probe",
            until_at=None,
            why="not signed in",
            login=None,
            by={"run": "x", "attempt": 1, "playbook": None},
        ),
    )
    found = refusal(home, run)
    assert "its account claude is held (not signed in)" in found.message
    assert found.hint == f"mend that, then: workcell resume {os.path.basename(run)}"


def test_without_a_terminal_the_log_is_named(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    with pytest.raises(Refused, match="needs a terminal") as caught:
        window.prepare(lab.home, run, False)
    assert "logs -f" in str(caught.value.hint)
