"""Runs of a plan are launched as its record says, and not as the process that does so is."""

import os

import pytest

from tests.support import launched_plans
from tests.support.launched_plans import show, written
from workcell.judgement.plan_order import Start
from workcell.rundir import env, find, layout, look, phase, plans, watches
from workcell.together import plan_start
from workcell.views import plan_state


@pytest.fixture(autouse=True)
def shell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def state(lab):
    lab.brief("sleep 60", name="a")
    lab.brief("true", name="b")
    done = launched_plans.launch(lab, written(lab, "brief: a.md", "brief: b.md, needs: a, worktree: true"))
    return plan_state.read(lab.home, done.plan)


def hands(state):
    return plan_start.Hands(plans.environment(state.home, state.id)[0])


def test_a_run_gets_the_environment_and_the_words_of_the_plan(lab, state, monkeypatch):
    monkeypatch.setenv("MARKS", "/elsewhere")
    prepared = hands(state).prepare(state, Start("b", "", None))
    hands(state).create(prepared, "20261120-0512-b-7f3a")
    run = find.path_of(lab.home, "20261120-0512-b-7f3a")
    assert env.read(run).env["MARKS"] == lab.marks
    launched = look.at(run).launch
    assert launched["plan"] == {"id": state.id, "entry": "b"} and launched["parent"] is None
    assert launched["worktree"] and launched["name"] == "b" and launched["group"] == "night"


def test_an_entry_waits_for_a_tree_that_is_in_use(lab, state):
    alone = dict(state.entry("b"))
    alone["options"] = {**alone["options"], "worktree": None}
    state.plan["entries"][1] = alone
    assert hands(state).prepare(state, Start("b", "", None)) is None


def test_a_share_of_the_budget_becomes_the_limit_of_the_run(state):
    entry = state.entry("b")
    options = plan_start.options_of(state.plan, entry, Start("b", "", 1.5), {})
    assert options.limits == {"cost": 1.5} and "budget" in options.who("limits.cost")
    own = plan_start.options_of(state.plan, {**entry, "cost_usd": 2.0}, Start("b", "", 2.0), {})
    assert own.limits == {}


def test_a_lane_of_a_race_has_a_recipe_and_a_name_of_its_own(state):
    options = plan_start.options_of(state.plan, state.entry("b"), Start("b", "codex", None), {})
    assert (options.recipe, options.name, options.script) == (
        "codex",
        "b-codex",
        b"#!/usr/bin/env bash\nset -euo pipefail\ntrue\n",
    )


def test_whoever_launched_the_plan_from_inside_a_run_is_told_of_each_run_where_that_was_asked(lab, state):
    run = show(lab, state.id).entries[0].run
    inside = {"inside": [find.path_of(lab.home, run)], "parent": {"run": run, "attempt": 1}}
    state.plan.update(inside)
    entry = state.entry("b")
    entry["options"].update(watch=True, within=3600.0)
    hands(state).create(hands(state).prepare(state, Start("b", "", None)), "20261120-0512-b-7f3a")
    (made,) = watches.by(lab.home, run)
    assert made["run"] == "20261120-0512-b-7f3a" and made["due_at"] is not None


def test_the_launcher_of_the_plan_is_the_parent_of_its_runs(lab, state):
    run = find.path_of(lab.home, show(lab, state.id).entries[0].run)
    inside = {**state.plan, "inside": [run], "parent": {"run": os.path.basename(run), "attempt": 1}, "may": ["rm"]}
    who = plan_start.caller_of(lab.home, inside)
    assert who.named() == {"run": os.path.basename(run), "attempt": 1} and who.may == frozenset(["rm"])
    assert not plan_start.caller_of(lab.home, state.plan).inside


def test_runs_are_stopped_and_one_that_was_made_is_started(lab, state):
    run = show(lab, state.id).entries[0].run
    path = find.path_of(lab.home, run)
    lab.phase(path, phase.RUNNING)
    hands(state).stop(lab.home, [run], f"plan:{state.id}", 0.0)
    seen = look.at(path)
    assert seen.outcome == "stopped" and state.id in str(seen.reason)
    made = lab.launch(lab.brief("true", name="c"), "--prepare", repo=lab.new_repo())
    hands(state).go_on(state, os.path.basename(made))
    assert layout.START in lab.phase(made, phase.DONE).stands
