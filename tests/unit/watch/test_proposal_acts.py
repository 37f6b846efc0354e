"""What a person approved is done once, also by the tick after one that was killed; what counts no more is not done."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support import proposed
from tests.support.made_runs import WALL
from workcell.rundir import inbox, layout, look, phase, proposals, run_hold
from workcell.watch import live_run

EVERY = "[snapshot, {hold: run}, {nudge: Go on.}, {stop: 9s}]"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)  # no runner takes a message here


@pytest.fixture
def made(made_live):
    made_live.shows("Nothing is up.\n")
    return made_live


def begun(made, found, index, step, message="m"):
    """As if a process had been killed in this act: an intent without a result."""
    made.actions().intent(
        run="r",
        attempt=1,
        playbook="p",
        edge=proposals.EDGE + found["id"],
        step=step,
        index=index,
        message=message,
        why="x",
    )


def test_what_waits_for_a_person_is_left_alone(made):
    found = proposed.proposed(made)
    assert proposed.tick(made) == [] and proposed.end(made, found) is None
    assert not made.messages() and not made.notices()


def test_what_was_approved_is_done_in_its_order_and_once(made):
    found = proposed.approved(made, EVERY)
    (line,) = proposed.tick(made)
    assert line == f"r: proposal {found['id']}: done"
    assert proposed.states(made, found) == ["done", "done", "delivered", "delivered"]
    assert proposed.kinds(made) == ["text", "stop"] and run_hold.standing(made.run) is not None
    assert proposed.tick(made) == [] and proposed.kinds(made) == ["text", "stop"]
    acts = made.actions().lines
    assert [one["step"] for one in acts if one["is"] == "intent"] == ["snapshot", "hold", "nudge", "stop"]
    assert {one["edge"] for one in acts} == {proposals.EDGE + found["id"]}


def test_the_acts_behind_one_that_fails_are_not_done(made):
    made.attempt["io"] = "file"
    made.store()
    found = proposed.approved(made, "[interrupt, {nudge: Go on.}]")
    proposed.tick(made)
    assert proposed.states(made, found) == ["refused", "not done"] and not made.messages()
    assert proposed.end(made, found)["why"] == "interrupt: it has no terminal to press keys in"
    assert proposed.end(made, found)["state"] == "failed"


def test_what_was_denied_or_is_void_is_ended_and_nothing_is_done(made):
    for word in ("denied", "void"):
        found = proposed.proposed(made, incident=word)
        proposals.decide(made.home, found["id"], word)
        proposed.tick(made)
        assert proposed.end(made, found)["state"] == word
    assert not made.messages()


def moved_on(made):
    shutil.copytree(layout.attempt(made.run, 1), layout.attempt(made.run, 2))
    os.unlink(os.path.join(made.run, layout.CURRENT))
    os.symlink(f"{layout.ATTEMPTS}/{layout.number(2)}", os.path.join(made.run, layout.CURRENT))


def late(made):
    made.seconds = proposals.LIFE


def gone(made):
    os.rename(made.run, made.run + "-away")


@pytest.mark.parametrize(
    ("happens", "why"),
    [(moved_on, "attempt 2 has begun since"), (late, "no person decided within 24 hours"), (gone, "the run is gone")],
)
@pytest.mark.parametrize("approve", [False, True])
def test_one_that_counts_no_more_is_void_even_if_it_was_approved(made, happens, why, approve):
    found = proposed.approved(made) if approve else proposed.proposed(made)
    happens(made)
    assert proposals.due(made.home, made.now().wall)
    proposed.tick(made)
    end = proposed.end(made, found)
    assert (end["state"], end["acts"]) == ("void", []) and why in end["why"]
    if os.path.isdir(made.run):
        assert not made.messages()
        told = [one["facts"] for one in made.notices()]
        assert len(told) == (happens is late and not approve), "a person who forgot it is told"
        assert all(
            "no person decided" in one["why"] and one["asks"].startswith("asks the agent to end") for one in told
        )


def test_a_policy_that_is_not_what_was_pinned_voids_it(made, monkeypatch):
    found = proposed.approved(made)
    monkeypatch.setattr(
        "workcell.watch.proposal_acts.policy.read", lambda seen: type("P", (), {"trouble": "it differs"})()
    )
    proposed.tick(made)
    assert "it differs" in proposed.end(made, found)["why"] and not made.messages()


def test_an_answer_goes_to_its_own_dialog_alone(made_live):
    found = proposed.approved(made_live, "[{answer: No}]", judged={"verdict": "prompt", "activity": "approval"})
    made_live.shows("Nothing is up.\n")
    proposed.tick(made_live)
    assert "the dialog that it answers is not up any more" in proposed.end(made_live, found)["why"]
    assert not made_live.messages()


def test_a_run_that_cannot_be_asked_about_voids_nothing(made):
    found = proposed.approved(made)
    made.loses_its_runner()
    assert look.at(made.run).phase == phase.UNKNOWN
    assert proposed.tick(made) == [] and proposed.end(made, found) is None
    made.starts()
    proposed.tick(made)
    assert proposed.end(made, found)["state"] == "done"


# -- killed between


def test_a_message_that_was_never_delivered_is_sent(made):
    found = proposed.approved(made)
    begun(made, found, 0, "stop")
    proposed.tick(made)
    assert proposed.states(made, found) == ["delivered"] and proposed.kinds(made) == ["stop"]


def test_a_message_that_was_delivered_is_not_sent_again(made):
    found = proposed.approved(made, "[{stop: 9s}, {hold: run}]")
    begun(made, found, 0, "stop", "m")
    inbox.post(made.run, {"kind": "stop", "attempt": 1, "grace_seconds": 9.0, "by": "playbook:p", "id": "m"}, "m")
    proposed.tick(made)
    assert proposed.states(made, found) == ["delivered", "done"] and proposed.kinds(made) == ["stop"]


def test_an_answer_that_was_cut_off_is_not_repeated(made_live):
    judged = {"verdict": "prompt", "activity": "approval"}
    found = proposed.approved(made_live, "[{answer: No}, {hold: run}]", judged=judged)
    begun(made_live, found, 0, "answer")
    proposed.tick(made_live)
    assert proposed.states(made_live, found) == ["unknown", "not done"] and not made_live.messages()
    assert proposed.end(made_live, found)["state"] == "failed"


def test_what_does_no_harm_is_done_again(made):
    found = proposed.approved(made, "[{hold: run}]")
    begun(made, found, 0, "hold")
    proposed.tick(made)
    assert proposed.states(made, found) == ["done"] and run_hold.standing(made.run) is not None


def test_once_begun_it_goes_on_although_the_run_has_moved_on(made):
    found = proposed.approved(made, "[stop, {hold: run}]")
    begun(made, found, 0, "stop", "m")
    inbox.post(made.run, {"kind": "stop", "attempt": 1, "by": "playbook:p", "id": "m"}, "m")
    made.loses_its_runner()
    proposed.tick(made)
    assert proposed.states(made, found) == ["delivered", "done"]


def test_a_step_that_this_version_does_not_know_is_not_done(made):
    found = proposed.proposed(made)
    path = Path(proposed.path(made), found["id"] + ".json")
    path.write_text(path.read_text().replace('"grace"', '"later"'))
    proposals.decide(made.home, found["id"], "approved")
    proposed.tick(made)
    assert proposed.states(made, found) == ["refused"] and not made.messages()


def test_times_are_those_of_the_clock_of_the_tick(made):
    found = proposed.proposed(made)
    assert found["created_at"] < found["void_at"] and made.now().wall == WALL
