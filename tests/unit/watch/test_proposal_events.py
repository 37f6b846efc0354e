"""What was decided about a proposal is an event of its run once, however often it is told."""

import os
import shutil

import pytest

from tests.support import proposed
from workcell.rundir import events, layout, maildir, proposals, spool
from workcell.watch import live_run, proposal_events


@pytest.fixture
def made(made_live, monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)
    made_live.shows("Nothing is up.\n")
    return made_live


def told(made):
    """The events of the run about proposals, once its runner has taken the spool."""
    journal = events.Journal(os.path.join(made.run, layout.EVENTS))
    spool.drain(made.run, journal)
    journal.close()
    lines = [one for _, one in events.read(os.path.join(made.run, layout.EVENTS)) if one]
    return [one for one in lines if str(one["type"]).startswith("proposal.")]


def test_a_yes_and_what_came_of_it(made):
    found = proposed.approved(made, "[hold]")
    proposed.tick(made)
    decided, ended = told(made)
    assert (decided["type"], decided["by"], decided["playbook"], decided["attempt"]) == (
        "proposal.decided",
        "person",
        "p",
        1,
    )
    assert decided["data"]["decision"] == "approved" and decided["data"]["acts"][0].startswith("holds the run")
    assert (ended["type"], ended["data"]["state"], ended["data"]["proposal"]) == ("proposal.ended", "done", found["id"])
    assert [(one["step"], one["state"]) for one in ended["data"]["acts"]] == [("hold", "done")]


def test_they_are_told_again_after_a_kill_and_kept_once(made):
    found = proposed.approved(made, "[hold]")
    proposed.tick(made)
    os.unlink(os.path.join(proposed.path(made), f"{found['id']}.done"))  # as if killed just before it
    assert len(told(made)) == 2
    proposed.tick(made)
    assert len(told(made)) == 2 and proposed.end(made, found)["state"] == "done"


def test_what_is_void_was_decided_by_nobody(made):
    found = proposed.proposed(made)
    proposals.decide(made.home, found["id"], "void", "it was merged")
    proposed.tick(made)
    decided, ended = told(made)
    assert "by" not in decided and decided["why"] == "it was merged" and ended["data"]["state"] == "void"


def test_a_run_that_is_gone_is_told_nothing(made):
    found = proposed.approved(made)
    shutil.move(made.run, made.run + "-away")
    assert proposal_events.end(made.home, found, "void", "the run is gone")["state"] == "void"
    assert not os.path.exists(made.run) and maildir.waiting(os.path.join(made.run, layout.SPOOL)) == []
