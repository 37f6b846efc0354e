"""Holds on accounts: lifted when their time is over or the credential is taken again."""

import time
from pathlib import Path

import pytest

from tests.support.made_runs import WALL, MadeRun
from workcell.accounts import holds
from workcell.base import clock
from workcell.watch import accounts


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def hold(made, until="probe", until_at=None, login=None):
    by = {"who": "playbook", "run": "r", "attempt": 1, "playbook": "p"}
    holds.put(made.home, "a", {"until": until, "until_at": until_at, "why": "refused", "by": by, "login": login})


def look_after(made):
    return accounts.look_after(made.home, made.actions(), made.now())


def probing(made, command):
    made.attempt["recipe"] = {"name": "x", "values": {"probe": command}}
    made.store()


def test_a_hold_whose_time_is_over_is_lifted(made):
    hold(made, "resets", clock.stamp(WALL - 1.0))
    assert look_after(made) == ["account a: held no more, its time is over"]
    assert holds.standing(made.home) == []
    [intent, result] = made.actions().lines
    assert (intent["step"], intent["account"], result["state"]) == ("release", "a", "done")


def test_a_hold_for_a_person_stands(made):
    hold(made, "person")
    assert look_after(made) == [] and len(holds.standing(made.home)) == 1


def test_a_probe_that_is_taken_lifts_the_hold(made):
    hold(made)
    probing(made, ["true"])
    made.seconds = 1e9
    assert look_after(made) == ["account a: held no more, its credential is taken again"]
    assert [line.get("step") for line in made.actions().lines] == ["probe", None, "release", None]


def test_a_probe_that_is_refused_is_counted_and_comes_later_each_time(made):
    hold(made)
    probing(made, ["false"])
    made.seconds = 1e9
    assert look_after(made) == [] and holds.standing(made.home)[0]["tries"] == 1
    made.seconds += accounts.FIRST + 1.0
    assert look_after(made) == [] and holds.standing(made.home)[0]["tries"] == 1, "the pause has doubled"
    made.seconds += accounts.FIRST
    assert look_after(made) == [] and holds.standing(made.home)[0]["tries"] == 2


def test_a_probe_that_cannot_be_started_failed(made):
    hold(made)
    probing(made, ["/nonexistent/probe"])
    made.seconds = 1e9
    assert look_after(made) == []
    assert made.actions().lines[-1]["state"] in ("failed", "not yet")


@pytest.mark.parametrize("probe", [None, [], ["{{ no_such_variable }}"]])
def test_a_recipe_without_a_probe_waits_for_a_person(made, probe):
    hold(made)
    probing(made, probe)
    made.seconds = 1e9
    assert look_after(made) == [] and made.actions().lines == []


def test_a_new_probe_is_not_due_at_once(made):
    hold(made)
    probing(made, ["true"])
    made.seconds = time.time() - WALL
    assert look_after(made) == [] and made.actions().lines == []


def test_a_person_who_signed_in_again_ends_the_hold(made, tmp_path):
    login = tmp_path / ".claude" / ".credentials.json"
    login.parent.mkdir()
    login.write_text("old")
    made.store()
    hold(made, login=holds.print_of(made.run, made.attempt))
    assert look_after(made) == []
    Path(login).write_text("new")
    assert look_after(made) == ["account a: held no more, a person signed in again"]


def test_a_hold_of_a_run_that_is_gone_stays(made):
    by = {"who": "playbook", "run": "gone", "attempt": 1, "playbook": "p"}
    holds.put(made.home, "a", {"until": "probe", "until_at": None, "why": "x", "by": by, "login": "y"})
    made.seconds = 1e9
    assert look_after(made) == []
