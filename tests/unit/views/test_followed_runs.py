"""Runs that are followed, as they begin and end."""

import os

import pytest

from tests.support import frozen
from workcell.evidence.growth import Growth
from workcell.rundir import layout, ledger, locks, scan
from workcell.views.followed_runs import QUICK, SLOW, Crowd, Watched
from workcell.views.run_events import RunEvents


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def watched(run):
    return Watched(RunEvents(run), Growth(run))


def test_a_run_that_is_over_has_ended_once_no_process_writes_to_it(home):
    run = frozen.run_of(home, frozen.DONE[0])
    held = locks.take(ledger.path(run), 0.0)
    one = watched(run)
    assert not one.ended()
    os.close(held)
    assert one.ended()


def test_a_quiet_run_is_looked_at_less_often(home):
    one = watched(frozen.run_of(home, "frozen-created"))
    pauses = []
    for _ in range(6):
        one.go_on(new=False)
        pauses.append(one.pause)
    assert pauses == sorted(pauses) and pauses[-1] == SLOW
    one.go_on(new=True)
    assert one.pause == QUICK


def test_only_live_runs_are_watched_and_a_resumed_one_is_read_on(home):
    crowd = Crowd(home)
    assert sorted(crowd.watched) == scan.scan(home).live and len(crowd.all_paths()) > len(crowd.watched)
    run = frozen.run_of(home, frozen.DONE[0])
    crowd.watched[run] = one = watched(run)
    numbers = [event["n"] for event in one.events.new()]
    crowd.drop(one)
    assert run not in crowd.watched
    os.unlink(os.path.join(home, layout.ENDED, os.path.basename(run)))
    assert any(two.events is one.events for two in crowd.due())
    assert numbers and list(crowd.watched[run].events.new()) == []
