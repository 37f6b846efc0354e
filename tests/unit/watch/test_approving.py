"""approve and deny decide a proposal once; the dialog of an agent is never taken for a proposal, nor the other way."""

import os

import pytest

from tests.support import proposed
from workcell.base import clock
from workcell.base.errors import NotFound, Refused, TryAgain, Usage
from workcell.rundir import deferred, heartbeat, locks, phase, proposals
from workcell.rundir.cell import Cell
from workcell.together import just_decided
from workcell.watch import approving, live_run


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)
    monkeypatch.setattr(approving, "PATIENCE", 0.0)


FORMAT = clock.stamp


@pytest.fixture
def made(made_live):
    made_live.shows("Nothing is up.\n")
    return made_live


def cell(made, told=None):
    def progress(what, value):
        if told is not None:
            told.append((what, value))

    return Cell(made.home, {}, "/", clock=lambda: made.now().wall, progress=progress)


def approve(made, word="r", told=None):
    return approving.perform_approve(cell(made, told), approving.Request(word))


def deny(made, word="r", why=None):
    return approving.perform_deny(cell(made), approving.DenyRequest(word, why))


@pytest.mark.parametrize("by_id", [False, True])
def test_a_yes_carries_out_the_acts_once_and_a_second_one_says_what_was_done(made, by_id):
    found, told = proposed.proposed(made, "[{hold: run}, {stop: 9s}]"), []
    word = found["id"] if by_id else "r"
    done = approve(made, word, told)
    assert told[0][0] == "asked" and "asks the agent to end" in told[0][1] and "Do it" in told[0][1]
    assert (done.id, done.proposal, done.state, done.new) == ("r", found["id"], "done", True)
    assert [act.state for act in done.acts] == ["done", "delivered"] and proposed.kinds(made) == ["stop"]
    again = approve(made, word)
    assert (again.state, again.new, again.acts, again.at) == ("done", False, done.acts, done.at)
    assert proposed.kinds(made) == ["stop"]
    with pytest.raises(Refused, match="was approved, and what came of it is: done"):
        deny(made, word)


def test_a_no_is_kept_and_nothing_is_done(made):
    found = proposed.proposed(made)
    assert (deny(made).state, deny(made).new) == ("denied", False)
    with pytest.raises(Refused, match="was denied"):
        approve(made)
    proposed.tick(made)
    assert not made.messages() and proposed.end(made, found)["state"] == "denied"


def test_one_that_is_void_says_why_and_is_ended(made):
    found = proposed.proposed(made)
    made.seconds = proposals.LIFE
    for _ in range(2):
        with pytest.raises(Refused, match="is void, and nothing is done: no person decided within 24 hours"):
            approve(made)
    assert proposed.end(made, found)["state"] == "void" and not made.messages()


def test_while_a_tick_is_at_work_the_next_one_carries_it_out(made):
    found = proposed.proposed(made)
    lock = locks.take(os.path.join(heartbeat.directory(made.home), heartbeat.LOCK), 0)
    try:
        done = approve(made)
        assert (done.state, done.acts[0].state) == ("approved", "not done") and not made.messages()
        with pytest.raises(Refused, match="was approved at"):
            deny(made)
    finally:
        os.close(lock)
    proposed.tick(made)
    assert proposed.states(made, found) == ["delivered"]
    assert approve(made).new is False


def test_one_that_was_approved_and_cut_off_is_carried_out_by_another_yes(made):
    proposed.approved(made)
    assert approve(made).state == "done" and proposed.kinds(made) == ["stop"]


def test_of_several_none_is_guessed(made):
    first, second = proposed.proposed(made), proposed.proposed(made, incident="other")
    with pytest.raises(Refused, match="2 things about r wait") as raised:
        approve(made)
    assert [line.split(":")[0] for line in raised.value.details] == sorted(
        f"workcell approve {one['id']}" for one in (first, second)
    )
    approve(made, second["id"])
    assert proposals.open_ids(made.home) == [first["id"]]


@pytest.mark.parametrize("verb", [approve, deny])
def test_a_second_word_at_once_does_not_answer_what_was_proposed_since(made, monkeypatch, verb):
    monkeypatch.setattr(proposals.clock, "stamp", lambda at=None: FORMAT(made.now().wall if at is None else at))
    first = proposed.proposed(made)
    made.seconds = 5.0
    approve(made)
    made.seconds = 7.0
    newer = proposed.proposed(made, incident="another")
    made.seconds = 9.0
    with pytest.raises(Refused, match=f"{first['id']} was approved 4 seconds ago") as raised:
        verb(made)
    assert raised.value.hint == f"workcell {verb.__name__} {newer['id']}" and "Do it" in raised.value.details[0]
    assert proposals.decided(made.home, newer["id"]) is None
    made.seconds = 5.0 + just_decided.JUST_DECIDED
    assert verb(made).proposal == newer["id"]


def test_by_its_id_it_is_answered_at_once_and_one_that_stood_before_by_the_name_too(made, monkeypatch):
    monkeypatch.setattr(proposals.clock, "stamp", lambda at=None: FORMAT(made.now().wall if at is None else at))
    older = proposed.proposed(made)
    first = proposed.proposed(made, incident="other")
    made.seconds = 1.0
    assert approve(made, first["id"]).state == "done"
    assert approve(made).proposal == older["id"], "both were there"
    newer = proposed.proposed(made, incident="another")
    assert approve(made, newer["id"]).state == "done"


def test_a_dialog_and_a_proposal_are_not_taken_for_each_other(made_live):
    found = proposed.proposed(made_live)
    with pytest.raises(Refused, match="2 things about r wait") as raised:
        approve(made_live)
    assert raised.value.details[1].startswith("workcell answer r: ") and not made_live.messages()
    assert deny(made_live, found["id"]).state == "denied"


def test_without_a_proposal_it_is_the_dialog_of_the_agent(made):
    with pytest.raises(Refused, match="asks for no permission now"):
        approve(made)
    with pytest.raises(Refused, match="asks for no permission now"):
        approve(made, "r.001.12345678")
    with pytest.raises(NotFound):
        approve(made, "x.001.12345678")


def test_a_call_that_waits_is_meant_and_not_a_proposal_that_was_decided_before(made, monkeypatch):
    proposed.proposed(made)
    approve(made)
    monkeypatch.setattr(proposals.clock, "stamp", lambda at=None: FORMAT(made.now().wall if at is None else at))
    later = proposed.proposed(made, incident="other")
    deny(made, later["id"])
    call = {"id": "c1", "at": FORMAT(made.now().wall + 5.0), "tool": "Bash", "words": "make", "sha256": "0" * 64}
    monkeypatch.setattr(deferred, "call_of", lambda seen: call)
    with pytest.raises(Refused, match=f"{later['id']} was denied 0 seconds ago, and r.001.[0-9a-f]+ was asked since"):
        approve(made)


def test_acts_that_fail_are_said(made):
    made.attempt["io"] = "file"
    made.store()
    proposed.proposed(made, "[interrupt, stop]")
    done = approve(made)
    assert (done.state, [act.state for act in done.acts]) == ("failed", ["refused", "not done"])
    assert "no terminal" in done.why and not made.messages()


def test_a_yes_about_an_end_settles_the_run_first_and_waits_for_its_result(made, monkeypatch):
    found = proposed.proposed(made, "[hold]")
    about = {**found, "id": f"{found['run']}.001.0123abcd", "phase": phase.DONE}
    proposals.propose(made.home, about)
    settled = []
    monkeypatch.setattr(approving.settle, "settle", settled.append)
    with pytest.raises(TryAgain, match="cannot be told how r stands"):
        approve(made, about["id"])
    assert settled == [made.run] and proposals.decided(made.home, about["id"]) is None


def test_the_reason_of_a_no_stands_in_the_decision(made):
    found = proposed.proposed(made, "[{hold: run}]")
    for why in ("  ", "x" * (approving.MOST_WHY + 1)):
        with pytest.raises(Usage, match="a reason has"):
            deny(made, found["id"], why)
    assert proposals.decided(made.home, found["id"]) is None
    done = deny(made, found["id"], "it is\nneeded")
    assert (done.state, done.why) == ("denied", "it is needed")
    assert proposals.decided(made.home, found["id"])["why"] == "it is needed"
