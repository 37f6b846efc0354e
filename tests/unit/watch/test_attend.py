"""_attend: it reports what the agent does, tells its person once, and leaves all else to the tick."""

import json
import os
from pathlib import Path

import pytest

from workcell.accounts import holds
from workcell.channels import outbox
from workcell.rundir import attending, hint, layout, look, maildir
from workcell.watch import attend


def reports(made):
    """What the runner is told: (from, to, decision)."""
    box = os.path.join(made.run, layout.SPOOL)
    found = [maildir.read(box, name) for name in maildir.waiting(box)]
    return [(one["data"]["from"], one["data"]["to"], one["data"]["decision"]) for one in found]


def heard(made, state):
    """Let the runner have heard that the agent does this."""
    said = {"state": state, "since": "2026-01-01T00:00:00.000Z", "source": "hook", "words": "w"}
    record = {"schema": "workcell.file.activity/1", "attempt": 1, "pid": os.getpid(), **said}
    Path(made.run, layout.ACTIVITY).write_text(json.dumps(record))
    assert hint.read(look.at(made.run))["state"] == state


DOING = {"state": "working", "since": None, "confidence": 0.9, "evidence": []}


def test_a_dialog_is_reported_to_the_runner_and_told_to_the_person(made_live):
    assert attend.attend(made_live.run, 1)
    assert reports(made_live) == [("unknown", "approval", "gone")]
    [notice] = made_live.notices()
    assert notice["run"] == "r" and "Do you want to proceed?" in json.dumps(notice)


def test_the_same_dialog_is_told_once(made_live):
    attend.attend(made_live.run, 1)
    attend.attend(made_live.run, 1)
    assert len(made_live.notices()) == 1


def test_another_attempt_than_the_one_that_asked_for_it_is_left_alone(made_live):
    assert not attend.attend(made_live.run, 2)
    assert reports(made_live) == [] and made_live.notices() == []


def test_a_run_without_its_runner_is_left_to_the_tick(made_live):
    made_live.loses_its_runner()
    assert not attend.attend(made_live.run, 1)
    assert reports(made_live) == [] and made_live.notices() == []


def test_an_agent_without_a_reader_is_not_judged(made_live):
    made_live.attempt["reader"] = "none"
    made_live.store()
    assert not attend.attend(made_live.run, 1)
    assert reports(made_live) == [] and made_live.notices() == []


def test_of_a_run_that_is_held_the_runner_hears_and_no_person_is_told(made_live):
    holds.put_on_run(made_live.run, None, "mine", {"run": None, "attempt": None, "playbook": None})
    assert not attend.attend(made_live.run, 1)
    assert [to for _, to, _ in reports(made_live)] == ["approval"] and made_live.notices() == []


def test_while_another_one_judges_the_run_nothing_is_done_twice(made_live, monkeypatch):
    monkeypatch.setattr(attend, "PATIENCE", 0.0)
    lock = attending.take(made_live.run, attending.JUDGES, 0.0)
    assert not attend.attend(made_live.run, 1) and reports(made_live) == []
    os.close(lock)
    assert attend.attend(made_live.run, 1), "it gave the lock back"
    assert attend.attend(made_live.run, 1)


# -- reports


def test_what_the_runner_has_heard_already_is_not_reported(made_live):
    heard(made_live, "approval")
    attend.attend(made_live.run, 1)
    assert reports(made_live) == [] and len(made_live.notices()) == 1


@pytest.mark.parametrize(("state", "decision"), [("working", "allowed"), ("idle", "gone")])
def test_how_a_wait_for_a_person_ended_is_reported(made_live, state, decision):
    heard(made_live, "approval")
    attend.report(look.at(made_live.run), {**DOING, "state": state}, "2026-01-01T00:00:01.000Z")
    assert reports(made_live) == [("approval", state, decision)]


def test_a_report_cites_the_evidence_that_says_so(made_live):
    said = [
        {"says": "idle", "source": "terminal", "words": "an empty composer", "at": None, "confidence": 0.5},
        {"says": "working", "source": "hook", "words": "a tool was called", "at": None, "confidence": 0.9},
    ]
    attend.report(look.at(made_live.run), {**DOING, "evidence": said}, "2026-01-01T00:00:01.000Z")
    box = os.path.join(made_live.run, layout.SPOOL)
    [message] = [maildir.read(box, name) for name in maildir.waiting(box)]
    assert (message["source"], message["evidence"]) == ("hook", "a tool was called")
    assert (message["attempt"], message["time"]) == (1, "2026-01-01T00:00:01.000Z")
    assert message["id"].startswith("attend:")


# -- sending


def test_two_do_not_send_at_once(made_live, monkeypatch):
    attend.attend(made_live.run, 1)
    monkeypatch.setattr(attend, "FLUSH", 0.0)
    lock = attending.take(made_live.run, attending.SENDS, 0.0)
    attend.send(made_live.run)
    assert outbox.waiting(made_live.home)
    os.close(lock)


def test_the_lock_of_sending_is_given_back(made_live):
    attend.send(made_live.run)
    lock = attending.take(made_live.run, attending.SENDS, 0.0)
    assert lock is not None
    os.close(lock)
