"""When messages wake a run on standby, what keeps them from it, and of two processes that try at once one does."""

import json
import os
import threading
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.made_standby import MadeStandby
from tests.support.standing_by import Listening
from workcell.accounts import holds
from workcell.base.errors import Refused
from workcell.rundir import inbox, layout, look, phase, standby
from workcell.together import wake

FAR = "2999-01-01T00:00:00.000Z"


@pytest.fixture
def made(tmp_path):
    run = MadeStandby(tmp_path)
    run.waits()
    return run


def post(made, text="go on", by="person"):
    return inbox.post(made.run, {"kind": "text", "text": text, "by": by})


def letters(made):
    return [message for _, message in inbox.waiting(made.run)]


def left_alone(made):
    """What waking it says; its records and its messages are as before."""
    before = frozen.state(made.run)
    why = wake.wake(made.run)
    assert frozen.state(made.run) == before
    return why


def free(made):
    """Whether no process acts on it."""
    lock = standby.take(made.run)
    if lock is not None:
        os.close(lock)
    return lock is not None


def test_without_a_message_nothing_is_done(made):
    assert standby.waits(look.at(made.run))
    assert left_alone(made) is None and free(made)


def test_a_run_that_is_not_on_standby_is_not_woken(made):
    made.waits("approval")
    post(made)
    assert look.at(made.run).phase == phase.SCHEDULED and left_alone(made) is None


def test_while_another_process_acts_on_it_there_is_nothing_to_do(made):
    post(made)
    held = standby.take(made.run)
    assert left_alone(made) is None
    os.close(held)


def test_who_gives_the_lock_back_looks_again_for_what_came_meanwhile(made, monkeypatch):
    closes, looked = os.close, []

    def give_back(fd):
        if os.readlink(f"/proc/self/fd/{fd}").endswith("/r.lock") and not looked:
            looked.append(post(made))  # its sender finds the lock taken, and goes away
            assert standby.take(made.run) is None
            holds.put_on_run(made.run, None, None, {})
        closes(fd)

    monkeypatch.setattr(os, "close", give_back)
    assert wake.wake(made.run) == "it is held: workcell release r" and looked


def test_one_that_is_to_finish_is_not_woken_but_ended_where_that_is_asked_for(made):
    standby.ask_to_finish(made.run, 1)
    assert left_alone(made) == "it is to finish: workcell wait r" and free(made)


def test_what_waits_for_one_that_is_to_finish_is_told_before_unless_it_is_held(made):
    post(made)
    standby.ask_to_finish(made.run, 1)
    made.attempt["cwd"] = os.path.join(made.home, "gone")
    made.store()
    launch = {"schema": "workcell.file.launch/1", "name": "r", "worktree": False}
    Path(made.run, layout.LAUNCH).write_text(json.dumps(launch))
    with pytest.raises(Refused, match="its tree"):
        wake.wake(made.run)
    holds.put_on_run(made.run, 3600.0, "not now", {})
    assert left_alone(made) == "it is to finish: workcell wait r" and free(made)
    holds.lift_from_run(made.run)
    assert wake.wake(made.run, finish=True) is None
    assert look.at(made.run).phase == phase.DONE and len(letters(made)) == 1, "no turn can be begun"


def test_a_hold_on_the_run_leaves_the_message_and_says_what_lets_it(made):
    post(made)
    holds.put_on_run(made.run, 3600.0, "not now", {})
    assert left_alone(made) == "it is held: workcell release r" and free(made)
    holds.lift_from_run(made.run)
    assert wake.held(made.home, look.at(made.run)) is None


@pytest.mark.parametrize(("until", "until_at", "words"), [("person", None, "person"), ("resets", FAR, FAR)])
def test_a_hold_on_its_account_does_so_too(made, until, until_at, words):
    made.attempt["reader"] = "claude"
    made.store()
    account = holds.account(made.run, made.attempt)
    wish = {"until": until, "until_at": until_at, "why": "no credit", "by": {}, "login": None}
    holds.put(made.home, account, wish)
    post(made)
    assert left_alone(made) == f"its account is held until {words} (no credit), and the watchdog wakes it then"
    holds.lift(made.home, account)
    assert wake.held(made.home, look.at(made.run)) is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"wall_seconds": 5.0}, "the attempts took 5.0s, and 5.0s are allowed"),
        ({"wall_seconds": 1.0, "wall_total_seconds": 6.0}, None),
        ({"attempts": 1}, None),
        ({}, None),
    ],
)
def test_a_limit_that_is_used_up_keeps_it_but_that_on_attempts_counts_anew(made, limits, words):
    made.attempt["limits"] = limits
    made.store()
    post(made)
    why = wake.spent(look.at(made.run))
    if words is None:
        assert why is None
    else:
        assert why == left_alone(made) == f"{words}: workcell resume r lets it go on"


def test_without_limits_on_record_there_is_none_that_is_used_up(made):
    del made.attempt["limits"]
    made.store()
    assert wake.spent(look.at(made.run)) is None


def test_what_opens_the_attempt_goes_on_natively_in_the_name_of_the_first_sender(made):
    post(made, by="run:boss/2")
    post(made)
    asked = wake.request(made.home, look.at(made.run), letters(made))
    assert (asked.run, asked.attempt, asked.native, asked.window) == (made.run, 1, True, False)
    assert asked.by == {"who": "message", "from": "run:boss/2"} and not asked.shell and asked.brief is None
    assert wake.request(made.home, look.at(made.run), [{"kind": "text"}]).by["from"] == "person"


def test_messages_of_watches_are_waited_with_and_a_persons_is_not(made, monkeypatch):
    holds.put_on_run(made.run, None, None, {})
    rests = []
    monkeypatch.setattr(wake.time, "sleep", rests.append)
    monkeypatch.setattr(standby, "TOGETHER", 0.01)
    post(made, by="watch:1")
    assert wake.wake(made.run) == "it is held: workcell release r"
    assert all(0 < one <= 0.01 for one in rests)
    monkeypatch.setattr(standby, "TOGETHER", 3600.0)

    def comes(seconds):
        assert seconds == wake.POLL
        post(made)

    monkeypatch.setattr(wake.time, "sleep", comes)
    assert wake.wake(made.run) == "it is held: workcell release r", "what waits with a message of a person goes at once"


def test_a_run_that_ends_while_messages_are_waited_with_is_not_woken(made, monkeypatch):
    post(made, by="watch:1")
    result = {"outcome": "stopped", "reason": "stopped by a person", "ended_at": FAR}
    monkeypatch.setattr(wake.time, "sleep", lambda seconds: made.record(layout.RESULT, **result))
    assert wake.wake(made.run) is None
    assert look.at(made.run).phase == phase.DONE and len(letters(made)) == 1


def test_what_cannot_be_opened_is_an_error_and_the_message_still_waits(made):
    post(made)
    made.attempt["cwd"] = os.path.join(made.home, "gone")
    made.store()
    launch = {"schema": "workcell.file.launch/1", "name": "r", "worktree": False}
    Path(made.run, layout.LAUNCH).write_text(json.dumps(launch))
    with pytest.raises(Refused, match=r"its tree .* is gone"):
        wake.wake(made.run)
    assert free(made) and len(letters(made)) == 1 and look.at(made.run).n == 1


def test_of_two_that_try_at_once_one_opens_the_attempt_with_all_messages(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    listening = Listening(lab)
    run = listening.launch()
    for text in ("one", "two"):
        inbox.post(run, {"kind": "text", "text": text, "by": "person"})
    said = []
    both = [threading.Thread(target=lambda: said.append(wake.wake(run))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    listening.waits(run, 2)
    assert said == [None, None] and [one["prompt"] for one in listening.turns()[1:]] == ["one\n\ntwo\n"]
    assert inbox.waiting(run) == [] and listening.asked_by(run) == {"who": "message", "from": "person"}
