"""Caps are counted from the record of acts alone, on the monotonic clock within a boot."""

import os

import pytest

from workcell.playbooks import caps
from workcell.rundir import heartbeat
from workcell.watch import observe
from workcell.watch.actions import Actions

LIMITS = {
    **{"per_run": 3, "per_account": 4, "per_hour": 6, "cooldown": 100.0},
    "backoff": {"first": 10.0, "factor": 3.0, "max": 2000.0, "jitter": 0.0},
}


def at(mono, wall=None, boot="b"):
    return observe.Now(wall=1e9 + mono if wall is None else wall, mono=mono, boottime=mono, boot=boot)


@pytest.fixture
def home(tmp_path):
    os.mkdir(heartbeat.directory(str(tmp_path)))
    return str(tmp_path)


def act(home, mono, run="r", playbook="p", account=None, step="resume", attempt=1, edge=None, **more):
    actions = Actions(home, at(mono, **more))
    actions.result(
        actions.intent(run=run, attempt=attempt, step=step, playbook=playbook, account=account, edge=edge), "done"
    )


def asked(home, mono, run="r", playbook="p", account=None, since=1, edge=None, **more):
    actions = Actions(home, at(mono, **more))
    return caps.check(actions, LIMITS, caps.Actor(run, playbook, account, since, edge))


def test_the_first_act_is_free_and_the_next_waits(home):
    assert asked(home, 0).allowed
    act(home, 0)
    verdict = asked(home, 40)
    assert not verdict.allowed and verdict.wait == pytest.approx(60) and not verdict.final
    assert asked(home, 100).allowed
    assert asked(home, 1, run="another").allowed


def test_the_pause_grows_with_every_act(home):
    act(home, 0)
    act(home, 1000)
    assert asked(home, 1099).wait == pytest.approx(1)
    act(home, 5000)
    verdict = asked(home, 5001, since=1)
    assert verdict.final, "three acts are the limit of the run"
    assert asked(home, 9000, since=2).allowed, "a person who starts it again gives it all of them anew"


def test_steps_of_one_incident_follow_one_another(home):
    act(home, 0, step="interrupt", edge="e")
    assert asked(home, 1, edge="e").allowed
    assert not asked(home, 1, edge="another").allowed


def test_an_account_and_a_playbook_have_an_hour(home):
    for number in range(4):
        act(home, number, run=f"r{number}", account="a")
    verdict = asked(home, 10, run="r9", account="a")
    assert not verdict.allowed and 3500 < verdict.wait <= 3600
    assert asked(home, 10, run="r9", account="b").allowed
    act(home, 11, run="r5")
    act(home, 12, run="r6")
    assert not asked(home, 13, run="r9").allowed
    assert asked(home, 13, run="r9", playbook="q").allowed
    assert asked(home, 3700, run="r9", account="a").allowed


def test_a_home_has_an_hour_too(home):
    for number in range(caps.HOME_PER_HOUR):
        act(home, 0, run=f"r{number}", playbook=f"p{number}")
    assert "in this home" in asked(home, 1, run="x", playbook="x").why


@pytest.mark.parametrize("step", [2 * 3600.0, -2 * 3600.0, 48 * 3600.0, -48 * 3600.0])
def test_a_clock_that_is_set_neither_frees_nor_blocks(home, step):
    for number in range(4):
        act(home, number, run=f"r{number}", account="a")
    assert not asked(home, 10, run="r9", account="a", wall=1e9 + step).allowed
    assert asked(home, 3700, run="r9", account="a", wall=1e9 + step).allowed


def test_telling_and_waiting_are_free(home):
    for _ in range(20):
        act(home, 0, step="notify")
    assert asked(home, 1).allowed


def test_a_torn_last_line_costs_that_line_alone(home):
    act(home, 0)
    path = os.path.join(heartbeat.directory(home), heartbeat.ACTIONS)
    with open(path, "ab") as file:
        file.write(b'{"n":3,"is":"intent","run":"r')
    act(home, 50, run="r2")
    actions = Actions(home, at(51))
    assert [one["run"] for one in actions.lines if one["is"] == "intent"] == ["r", "r2"]
    assert not actions.open_intents()
    assert len({one["n"] for one in actions.lines}) == 4


def test_an_intent_without_a_result_is_open(home):
    actions = Actions(home, at(0))
    number = actions.intent(run="r", attempt=1, step="resume", playbook="p")
    found = Actions(home, at(1)).open_intents()
    assert [one["n"] for one in found] == [number]
    actions = Actions(home, at(2))
    actions.result(number, "not done", settled=True)
    assert not Actions(home, at(3)).open_intents()
