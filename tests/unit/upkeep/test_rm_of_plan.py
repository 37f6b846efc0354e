"""A run of a plan is removed once the plan does without it."""

import os
from types import SimpleNamespace

import pytest

from tests.support import plans as made
from workcell.base.errors import Refused, TryAgain
from workcell.cleaning import run_cleaner
from workcell.rundir import plans
from workcell.together import plan_advance
from workcell.upkeep import rm
from workcell.views import plan_state

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def hands(tmp_path):
    """A plan whose first run has passed, of which nothing has taken note."""
    entries = (made.entry("a"), made.entry("b"), made.entry("c", "a", "b", merge=["a"]))
    hands = made.FakeHands(made.home_of(tmp_path, made.record(*entries)))
    plan_advance.advance(hands.home, ID, hands)
    for name in "ab":
        made.end(hands.home, hands.run_of(name), "passed")
    return hands


def leave(hands, name, **more):
    """The notes of the removal, as far as the plan goes."""
    run = hands.run_of(name)
    request = rm.Request(run, **more)
    removal = rm._Removal(request, os.path.join(hands.home, "runs", run), None, run_cleaner.of_run(None))
    launch = {"plan": {"id": ID, "entry": name}}
    rm._leave_plan(hands.home, removal, SimpleNamespace(launch=launch, id=run))
    return removal.notes


def ends(hands):
    return [line["run"] for line in plans.actions(hands.home, ID) if line["act"] == "ended"]


def test_the_end_of_the_run_is_put_on_record_first(hands):
    assert leave(hands, "b") == [] and hands.run_of("b") in ends(hands)
    assert hands.names() == ["a", "b"], "nothing is started by a removal"


def test_a_run_whose_work_is_to_be_taken_stays_unless_it_is_forced(hands):
    with pytest.raises(Refused, match="'c' of the plan") as caught:
        leave(hands, "a")
    assert f"workcell plan show {ID}" in str(caught.value.hint)
    assert leave(hands, "a", force=True) == [f"'c' of the plan {ID} cannot be started without its work"]


def test_a_plan_that_is_brought_on_at_this_moment_is_waited_for(hands, monkeypatch):
    monkeypatch.setattr(rm, "PATIENCE", 0.0)
    lock = plans.take(hands.home, ID, 0.0)
    with pytest.raises(TryAgain):
        leave(hands, "b")
    os.close(lock)
    assert leave(hands, "b") == []


def test_a_plan_that_is_over_or_cannot_be_read_holds_nothing_back(hands):
    with open(os.path.join(plans.directory(hands.home, ID), plans.PLAN), "r+") as file:
        text = file.read()
        file.truncate(5)
    assert leave(hands, "a") == []
    with open(os.path.join(plans.directory(hands.home, ID), plans.PLAN), "w") as file:
        file.write(text)
    plans.seal_stopped(hands.home, ID, "person", 0.0)
    assert plan_state.read(hands.home, ID).verdict().over and leave(hands, "a") == []
