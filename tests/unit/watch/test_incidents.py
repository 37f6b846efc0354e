"""Which playbook is followed on what is live, and when it is looked at again."""

import os
from pathlib import Path

import pytest

from tests.support.made_runs import PROSE, MadeRun
from workcell.evidence import verdict
from workcell.rundir import phase
from workcell.watch import findings, incidents, observe, starts, tmux_health
from workcell.watch.tick_context import TickContext


@pytest.fixture
def made(tmp_path):
    run = MadeRun(tmp_path)
    os.mkdir(os.path.join(run.home, "recovery"))
    return run


def write(made, name, when, steps, limits="{}"):
    text = f"---\nname: {name}\nversion: 1\nwhen: {when}\nsteps:\n  {steps}\nlimits: {limits}\n---\n{PROSE}"
    Path(made.home, "recovery", f"{name}.md").write_text(text)


def context(made, answer=None):
    return TickContext(made.home, observe.Memory(made.home, made.now()), made.actions(), answer)


def quiet(tick, seen, finding):
    """Seconds for which the finding is left alone."""
    return tick.memory.of_run(seen)["quiet"][finding] - tick.now.mono


def test_a_run_that_no_playbook_speaks_of_is_judged_again_in_a_minute(made):
    tick = context(made)
    incidents.judge(tick, made.seen())
    assert tick.did == [] and quiet(tick, made.seen(), findings.JUDGE) == incidents.QUIET


def test_the_playbook_that_fits_is_followed_and_its_incident_kept_open(made):
    write(made, "mine", "{phase: running, activity: unknown}", "- notify: {level: needs, text: look}")
    tick = context(made)
    incidents.judge(tick, made.seen())
    assert tick.did == ["r: mine: notify: told as escalated"]
    mine = tick.memory.of_run(made.seen())
    assert mine["open"].startswith("mine/unknown/") and mine["opened"] == tick.now.mono


def test_what_touches_the_agent_waits_for_a_second_look(made):
    write(made, "mine", "{phase: running, activity: unknown}", "- interrupt")
    tick = context(made)
    incidents.judge(tick, made.seen())
    assert tick.did == [] and not made.actions().lines
    assert quiet(tick, made.seen(), findings.JUDGE) == 60.0


def test_a_person_at_the_terminal_is_left_alone(made):
    write(made, "mine", "{phase: running, activity: unknown}", "- interrupt")
    for answer in (tmux_health.Answer(None, sessions={"r": True}), tmux_health.Answer(None)):
        tick = context(made, answer)
        incidents.judge(tick, made.seen())
        tick.memory.of_run(made.seen())["opened"] -= 100.0
        incidents.judge(tick, made.seen())
        assert tick.did == []


@pytest.mark.parametrize(("where", "finding"), [(phase.UNKNOWN, findings.UNKNOWN), (phase.CORRUPT, findings.CORRUPT)])
def test_a_state_of_its_own_is_told(made, where, finding):
    tick = context(made)
    incidents.state(tick, made.seen(where), finding)
    assert [one["event"] for one in made.notices()] == ["escalated"]


def test_a_tmux_that_does_not_answer_is_told_of_once_and_again_after_it_did(made):
    answer = tmux_health.Answer(tmux_health.SILENT, "it does not answer")
    tick = context(made, answer)
    incidents.server(tick, answer)
    incidents.server(tick, answer)
    assert tick.did == ["tmux: notify: told as escalated"]
    tick.memory.tmux.pop("trouble")  # it answered
    tick.now.mono += 60.0
    incidents.server(tick, answer)
    assert len(tick.did) == 2 and len(made.notices()) == 1, "of the same server a person is told once"


def test_of_one_account_one_run_is_started_in_a_tick(made):
    tick = context(made)
    tick.begun.add(tick.actor(made.seen(), "start").account)
    starts.never_started(tick, made.seen(phase.CREATED))
    assert tick.did == [] and not made.actions().lines


def test_only_so_many_are_started_in_one_tick(made):
    tick = context(made)
    tick.starts = starts.STARTS
    starts.never_started(tick, made.seen(phase.CREATED))
    starts.due(tick, made.seen(phase.SCHEDULED))
    assert tick.did == []


def test_a_run_that_cannot_go_on_is_told_of(made):
    seen = made.seen(phase.SCHEDULED)
    seen.next = {"playbook": "gone", "how": "artifacts", "reason": "x"}
    tick = context(made)
    starts.due(tick, seen)
    assert tick.did[0].startswith("r: resume: ")
    assert "gone cannot go on" in made.notices()[0]["facts"]["why"]
    assert [one.get("state") for one in made.actions().lines] == [None, "refused"]


@pytest.mark.parametrize(("verify", "there"), [({"sha256": "0" * 64}, True), (None, False)])
def test_a_run_with_a_check_is_told_from_one_without(made, verify, there):
    seen = made.seen()
    seen.attempt = {**(seen.attempt or {}), "verify": verify}
    found = verdict.judge_live(seen, [], made.now().wall)
    assert (incidents.CHECKED in incidents.judged_live(found, seen)["signals"]) is there
