"""Which watches a tick fires, and that it opens none that waits for an end."""

import os

import pytest

from tests.support import frozen
from workcell.finish import watchers
from workcell.rundir import family, hint, layout, ledger, look, phase, watches, writer
from workcell.watch import observe, tick, watched_runs

NOW = 1.9e9
BY = {"run": "someone", "attempt": 1}


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture
def told(monkeypatch):
    """Ids of the runs whose watches were looked at, in place of telling."""
    found = []
    monkeypatch.setattr(watchers, "tell", lambda seen, now: found.append(seen.id) or [])
    return found


def live(home, where=phase.RUNNING):
    seen = look.at(frozen.run_of(home, "frozen-lost"))
    seen.phase = where
    return seen


def place(home, run, wanted="done", due=None):
    return watches.place(home, os.path.basename(run), BY, wanted, due)


def test_runs_that_are_over_or_gone_and_what_is_due_are_told_of_and_others_are_not_opened(home, told, monkeypatch):
    monkeypatch.setattr(watches, "read", None)
    over, waits = frozen.run_of(home, "frozen-two"), frozen.run_of(home, "frozen-created")
    for run in (over, waits, "gone"):
        place(home, run)
    seen = {look.at(waits).id: look.at(waits)}
    watched_runs.fire(home, NOW, seen, {})
    assert told == sorted([os.path.basename(over), "gone"])
    del told[:]
    place(home, waits, due=NOW)
    watched_runs.fire(home, NOW - 1, seen, {})
    assert os.path.basename(waits) not in told
    watched_runs.fire(home, NOW, seen, {})
    assert os.path.basename(waits) in told


def test_a_run_that_is_being_made_is_not_told_of_as_gone(home, told):
    place(home, "new")
    held = writer.create(family.directory(home, "new"), {"by": "launch", "parent": None, "may": []}, [])
    watched_runs.fire(home, NOW, {}, {})
    assert told == []
    held.close()
    watched_runs.fire(home, NOW, {}, {})
    assert told == ["new"] and os.path.exists(ledger.path(family.directory(home, "new")))


@pytest.mark.parametrize(
    ("wanted", "where", "finding", "heard", "asked"),
    [
        ("done", phase.RUNNING, "judge", "approval", False),
        ("done", phase.CORRUPT, "corrupt", None, True),
        ("attention", phase.RUNNING, None, "working", False),
        ("attention", phase.RUNNING, None, "approval", True),
        ("idle", phase.RUNNING, None, "idle", True),
        ("idle", phase.RUNNING, "judge", None, True),
        ("attention", phase.SCHEDULED, None, None, True),
    ],
)
def test_a_live_run_is_judged_where_it_may_rest(home, told, monkeypatch, wanted, where, finding, heard, asked):
    seen = live(home, where)
    place(home, seen.run, wanted)
    monkeypatch.setattr(hint, "read", lambda _: heard and {"state": heard})
    found = {} if finding is None else {seen.id: finding}
    watched_runs.fire(home, NOW, {seen.id: seen}, found)
    assert told == ([seen.id] if asked else [])


def test_a_directory_without_watches_goes_once_its_run_is_over(home, told):
    over, waits = frozen.run_of(home, "frozen-two"), frozen.run_of(home, "frozen-created")
    for run in (over, waits):
        made = place(home, run)
        watches.take_back(home, os.path.basename(run), watches.name_of(made))
    watched_runs.fire(home, NOW, {look.at(waits).id: look.at(waits)}, {})
    assert watches.watched(home) == [os.path.basename(waits)] and told == []


def test_a_tick_fires_and_one_without_watches_loads_nothing_for_it(home, monkeypatch):
    for name in frozen.OPEN:
        os.rename(frozen.run_of(home, name), os.path.join(os.path.dirname(home), name))
    now = observe.Now(wall=1.8e9, mono=1e5, boottime=1e5, boot="b")
    tick.tick(home, now)
    made = place(home, frozen.run_of(home, "frozen-two"))
    tick.tick(home, observe.Now(wall=1.8e9 + 60, mono=1e5 + 60, boottime=1e5 + 60, boot="b"))
    name = watches.name_of(made)
    assert os.listdir(watches.directory(home, watches.FIRED)) == [name]
    tick.tick(home, observe.Now(wall=1.8e9 + 120, mono=1e5 + 120, boottime=1e5 + 120, boot="b"))
    assert os.listdir(os.path.join(home, layout.WATCHES)) == [watches.FIRED]
