"""Which runs are finished, and what is said of those that are not, or not yet."""

import os
from pathlib import Path

import pytest

from tests.support.made_standby import AGO, MadeStandby
from tests.unit.conftest import MadeLive
from workcell.accounts import holds
from workcell.base.errors import NoSuchRun, Refused
from workcell.operations import registry
from workcell.rundir import inbox, layout, look, phase, standby
from workcell.rundir.caller import Caller
from workcell.rundir.cell import Cell
from workcell.together import finish, wake


def ask(made, word="r", told=None):
    cell = Cell(made.home, {}, "/", progress=lambda *words: told.append(words) if told is not None else None)
    return registry.perform(cell, "finish", finish.Request(word))


def wished(made):
    return os.path.exists(os.path.join(made.home, layout.WAKE, f"{os.path.basename(made.run)}.finish"))


@pytest.fixture
def made(tmp_path):
    return MadeStandby(tmp_path)


def test_a_run_that_is_over_stays_as_it_is(made):
    made.waits()
    made.record(layout.RESULT, outcome="failed", reason="no", ended_at=AGO)
    done = ask(made)
    assert (done.phase, done.outcome, done.note) == (phase.DONE, "failed", "it was over already")
    assert not wished(made)


@pytest.mark.parametrize("when", ["approval", "time"])
def test_one_that_is_not_on_standby_is_refused_and_left_as_it_is(made, when):
    made.attempt["standby"] = False
    made.waits(when)
    with pytest.raises(Refused, match="cannot finish r: it is not on standby") as caught:
        ask(made)
    assert "workcell stop r" in caught.value.hint and not wished(made)


def test_from_inside_of_it_the_cure_is_to_end_the_turn(made):
    made.attempt["standby"] = False
    made.waits("time")
    cell = Cell(made.home, {}, "/", ask_caller=lambda: Caller(made.home, (made.run,), 1))
    with pytest.raises(Refused) as caught:
        finish.perform(cell, finish.Request("r"))
    assert caught.value.hint.startswith("end your turn") and "workcell wait" not in caught.value.hint


def test_a_run_that_there_is_not_is_named(made):
    made.waits()
    with pytest.raises(NoSuchRun):
        ask(made, "nothing")


def test_in_a_turn_the_wish_is_on_disk_and_the_turn_goes_on(tmp_path):
    live = MadeLive(tmp_path)
    live.attempt["standby"] = True
    live.starts()
    try:
        told = []
        done = ask(live, told=told)
        assert (done.phase, done.outcome) == (phase.RUNNING, None) and "once its turn is over" in done.note
        assert told == [] and wished(live) and standby.is_to_finish(look.at(live.run))
    finally:
        live.loses_its_runner()


def test_one_on_standby_ends_with_its_check_which_is_told_before(made):
    made.waits()
    told = []
    done = ask(made, told=told)
    assert (done.phase, done.outcome, done.note) == (phase.DONE, "unverified", None), "it has no script"
    assert told == [("checks", "r")] and not wished(made)


def test_it_says_what_its_agent_was_not_told(made):
    made.waits()
    inbox.post(made.run, {"kind": "text", "text": "and the docs", "by": "person"})
    holds.put_on_run(made.run, 3600.0, "not now", {})
    assert ask(made).note == "its agent was not told what waits in its inbox: workcell inbox r"


@pytest.mark.parametrize(
    ("verify", "words"),
    [
        (None, "it has not begun: it is over, and has no check, after its first turn: workcell resume r"),
        ({"sha256": "0" * 64}, "it has not begun: it finishes with its check after its first turn: workcell resume r"),
    ],
)
def test_one_that_was_not_started_is_told_its_start_and_no_turn_or_check_that_there_is_not(made, verify, words):
    made.attempt["verify"] = verify
    made.store()
    done = ask(made)
    assert (done.phase, done.note) == (phase.CREATED, words) and wished(made)


def test_said_twice_it_begins_no_further_turn(made):
    made.store()
    ask(made)
    wish = Path(made.home, layout.WAKE, "r.finish")
    before = wish.stat().st_ino
    ask(made)
    assert wish.stat().st_ino == before


def test_while_another_process_acts_on_it_the_wish_stands(made, monkeypatch):
    made.waits()
    monkeypatch.setattr(finish, "PATIENCE", 0.05)
    monkeypatch.setattr(wake, "POLL", 0.01)
    held = standby.take(made.run)
    done = ask(made)
    assert (done.phase, done.outcome) == (phase.SCHEDULED, None) and done.note is not None and wished(made)
    os.close(held)
    assert ask(made).phase == phase.DONE


def test_another_process_that_acts_on_it_for_a_moment_is_waited_for(made, monkeypatch):
    made.waits()
    monkeypatch.setattr(wake, "POLL", 0.01)
    held = [standby.take(made.run)]
    told = []

    def progress(*words):
        told.append(words)
        if len(told) == 2:
            os.close(held.pop())

    done = registry.perform(Cell(made.home, {}, "/", progress=progress), "finish", finish.Request("r"))
    assert (done.phase, done.note) == (phase.DONE, None) and len(told) == 2
