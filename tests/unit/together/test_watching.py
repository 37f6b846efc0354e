"""A run watches others from inside, in one go or not at all, and takes back what it watches."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import NoSuchRun, NotFound, Refused, TryAgain, Usage
from workcell.operations import registry
from workcell.rundir import caller, inbox, layout, look, watches
from workcell.rundir.cell import Cell
from workcell.together import watching as op
from workcell.views import inside
from workcell.views import watches as listing


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture(autouse=True)
def can_go_on(monkeypatch):
    """Every recipe can go on with its conversation, as those of agent programs do."""
    monkeypatch.setattr(look.Look, "recipe", property(lambda self: {"resume": ["agent"]}))


@pytest.fixture
def me(home):
    return frozen.run_of(home, "frozen-created")


@pytest.fixture
def other(home):
    return frozen.run_of(home, "frozen-lost")


@pytest.fixture
def ended(home):
    return frozen.run_of(home, "frozen-two")


def cell(home, run=None):
    who = caller.OUTSIDE if run is None else caller.Caller(home, (run,), 1)
    return Cell(home, {}, "/", ask_caller=lambda: who)


def ask(home, run, *words, **more):
    request = op.WatchRequest(tuple(os.path.basename(word) for word in words), **more)
    return registry.perform(cell(home, run), "watch", request)


def take(home, run, *words, **more):
    return registry.perform(cell(home, run), "unwatch", op.UnwatchRequest(words, **more)).watches


def rows(home, run=None, **more):
    return registry.perform(cell(home, run), "watches", listing.Request(**more)).watches


def test_it_returns_with_the_watch_and_nothing_is_in_the_inbox(home, me, other):
    done = ask(home, me, other, within=600.0)
    [one] = done.watches
    assert (done.watcher, one.run, one.told, one.new) == (os.path.basename(me), os.path.basename(other), False, True)
    [stands] = watches.every(home)
    assert (stands["id"], stands["due_at"]) == (one.id, one.due_at) and stands["by"] == {
        "run": done.watcher,
        "attempt": 1,
    }
    assert done.warning is not None and "watchdog" in done.warning
    assert inbox.waiting(me) == []


def test_a_run_that_is_over_is_told_of_at_once(home, me, ended, other):
    done = ask(home, me, ended, other)
    assert [one.told for one in done.watches] == [True, False] and done.warning is not None
    assert ask(home, me, ended).warning is None
    assert inbox.waiting(me)[0][0] == f"{done.watches[0].id}.json"


def test_the_same_watch_is_made_once_and_one_with_a_time_beside_it(home, me, other):
    first, second = ask(home, me, other).watches[0], ask(home, me, other).watches[0]
    assert (second.id, second.new) == (first.id, False)
    assert ask(home, me, other, within=60.0).watches[0].new and ask(home, me, other, wanted="idle").watches[0].new
    assert len(watches.every(home)) == 3


def test_bad_input_leaves_nothing_behind(home, me, other):
    with pytest.raises(NoSuchRun):
        ask(home, me, other, "nothing-like-it")
    with pytest.raises(Usage):
        ask(home, me)
    with pytest.raises(NotFound):
        ask(home, me, group="none")
    assert watches.every(home) == []


def test_outside_of_a_run_in_another_home_and_without_resume_it_is_refused(home, me, other, monkeypatch, tmp_path):
    with pytest.raises(Refused, match="was not called from inside one") as caught:
        ask(home, None, other)
    assert caught.value.hint.startswith("workcell wait")
    away = tmp_path / "away" / layout.RUNS / os.path.basename(me)
    away.mkdir(parents=True)
    with pytest.raises(Refused, match="is a run of another home"):
        ask(home, str(away), other)
    monkeypatch.setattr(look.Look, "recipe", property(lambda self: {}))
    with pytest.raises(Refused, match="no message could wake it"):
        ask(home, me, other)
    assert watches.every(home) == []


def test_a_ring_is_refused_and_named_and_one_with_a_time_is_not(home, me, other):
    mine, theirs = os.path.basename(me), os.path.basename(other)
    with pytest.raises(Refused, match="would wait for itself"):
        ask(home, me, me)
    ask(home, other, me)
    with pytest.raises(Refused) as caught:
        ask(home, me, other)
    assert f"{mine} waits for {theirs}, and {theirs} waits for {mine}" in caught.value.message
    assert f"workcell watch {theirs} --within 10m" in caught.value.hint
    assert len(watches.every(home)) == 1
    ask(home, me, other, within=600.0)
    ask(home, me, other, wanted="idle")


def test_the_watch_of_a_run_that_is_over_closes_no_ring(home, me, ended):
    watches.place(home, os.path.basename(me), {"run": os.path.basename(ended), "attempt": 1}, "done")
    [done] = ask(home, me, ended).watches
    assert done.told, "it is over: the watch fires at once"


def test_a_group_is_its_live_runs_without_the_watcher(home, me, other):
    for run in (me, other):
        path = Path(run, layout.LAUNCH)
        path.write_text(json.dumps({**json.loads(path.read_text()), "group": "night"}))
    assert [one.run for one in ask(home, me, group="night").watches] == [os.path.basename(other)]


def test_while_others_are_made_it_says_so(home, me, other, monkeypatch):
    monkeypatch.setattr(watches, "making", lambda home: None)
    with pytest.raises(TryAgain):
        ask(home, me, other)


def test_a_run_lists_and_takes_back_its_own_and_is_told_nothing_of_it(home, me, other, ended):
    mine = ask(home, me, other).watches[0]
    theirs = watches.place(home, mine.run, {"run": "someone-else", "attempt": 1}, "done")
    assert [one.id for one in rows(home, me)] == [mine.id] and len(rows(home, me, all=True)) == len(rows(home)) == 2
    [row] = rows(home, run=os.path.basename(me))
    assert (row.state, row.wanted, row.by) == (look.at(other).phase, "done", os.path.basename(me))
    assert [one.id for one in inside.inside(cell(home, me)).watches] == [mine.id]
    with pytest.raises(NotFound):
        take(home, me, os.path.basename(ended))
    with pytest.raises(NoSuchRun):
        take(home, me, theirs["id"])
    assert [one.id for one in take(home, me, mine.run)] == [mine.id]
    assert [one["id"] for one in watches.every(home)] == [theirs["id"]] and inbox.waiting(me) == []
    ask(home, me, other)
    assert len(take(home, me, all=True)) == 1 and take(home, me, all=True) == []


def test_a_person_takes_back_those_of_all_and_each_watcher_is_told(home, me, other):
    made = ask(home, me, other).watches[0]
    with pytest.raises(Usage):
        take(home, None, all=True)
    with pytest.raises(Usage):
        take(home, None)
    assert [(one.id, one.by) for one in take(home, None, made.run, made.id)] == [(made.id, os.path.basename(me))]
    [(_, letter)] = inbox.waiting(me)
    assert letter["text"].startswith("A person took back your watch") and watches.every(home) == []


def test_a_watch_on_a_run_that_is_gone_is_listed_so(home, me):
    watches.place(home, "never", {"run": os.path.basename(me), "attempt": 1}, "done")
    assert [one.state for one in rows(home)] == ["gone"]
    assert [one.run for one in take(home, me, "never")] == ["never"]
