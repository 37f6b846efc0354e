"""A run that watches others ends its turn, sleeps without a process, and is woken once with what they did."""

import os
from pathlib import Path

import pytest

from tests.e2e.test_watches import WAITS, inside
from tests.support.lab import eventually, naming
from tests.support.standing_by import Listening
from workcell.finish import watchers
from workcell.rundir import inbox, layout, look, phase, standby, watches


@pytest.fixture
def listening(lab):
    return Listening(lab)


def manager(listening: Listening, *watched: str, front: str = "") -> str:
    """A run, not on standby by its brief, that watches these and then ends its turn; its directory, still busy."""
    lab, busy = listening.lab, listening.mark("busy")
    run = lab.launch(listening.brief("manager", front), repo=lab.new_repo())
    eventually(listening.turns)
    if watched:
        inside(lab, run, "watch", *watched)
    assert busy.exists()
    return run


def ends(listening: Listening) -> None:
    os.unlink(os.path.join(listening.lab.marks, "busy"))


def worker(listening: Listening, name: str) -> str:
    return listening.lab.launch(listening.lab.brief(WAITS, name=name), repo=listening.lab.new_repo())


def test_a_manager_sleeps_until_both_its_workers_have_ended_and_is_woken_once(listening):
    lab = listening.lab
    workers = [worker(listening, name) for name in ("one", "two")]
    run = manager(listening, *workers)
    ends(listening)
    listening.waits(run, 1)
    eventually(lambda: not naming(os.path.basename(run)), what="its last process")
    assert listening.checked() == 0 and len(watches.by(lab.home, os.path.basename(run))) == 2
    assert listening.watch.tick() == [] and look.at(run).n == 1
    Path(lab.marks, "go").touch()
    assert listening.ended(run) == "passed"
    first, woken = listening.turns()
    assert (woken["how"], woken["session"]) == ("continued", first["session"])
    for one in workers:
        assert f"The run {os.path.basename(one)}" in woken["prompt"] and woken["prompt"].count(one[-4:]) >= 1
    assert listening.asked_by(run)["from"].startswith("watch:") and look.at(run).n == 2
    assert listening.checked() == 1 and watches.every(lab.home) == []


def test_what_was_told_before_the_turn_ended_begins_the_next_one(listening):
    lab = listening.lab
    over = lab.launch(lab.brief("true", name="over"), "--wait", repo=lab.new_repo())
    run = manager(listening, over)
    assert len(inbox.waiting(run)) == 1
    ends(listening)
    assert listening.ended(run) == "passed" and look.at(run).n == 2 and listening.checked() == 1
    assert [one["how"] for one in listening.turns()] == ["new", "continued"]


def test_words_that_only_look_like_those_of_a_watch_keep_no_run_from_its_check(listening):
    run = manager(listening)
    inbox.post(run, {"kind": "text", "mode": "sequential", "text": "go on", "by": "watch:x/1"})
    ends(listening)
    assert listening.ended(run) == "passed" and look.at(run).n == 1 and listening.checked() == 1


def test_a_turn_that_failed_is_checked_though_it_watches(listening):
    lab = listening.lab
    run = manager(listening, worker(listening, "one"), front="limits: {attempts: 1}")
    listening.mark("code", "3")
    listening.mark("unfit")
    ends(listening)
    assert listening.ended(run) == "abandoned" and listening.checked() == 1
    Path(lab.marks, "go").touch()
    eventually(lambda: not watches.every(lab.home))


def test_a_watch_that_a_person_takes_back_or_whose_time_has_come_wakes_it(listening):
    lab = listening.lab
    run = manager(listening, worker(listening, "one"))
    inside(lab, run, "watch", "one", "--within", "0.1s")
    ends(listening)
    listening.waits(run, 1)
    assert any("told of" in line for line in listening.watch.tick(ahead=5.0))
    listening.waits(run, 2)
    assert "is over. It is running at" in listening.turns()[1]["prompt"]
    lab.workcell("unwatch", "one")
    assert listening.ended(run) == "passed"
    assert "A person took back your watch" in listening.turns()[2]["prompt"]
    Path(lab.marks, "go").touch()


def test_a_wake_that_was_killed_is_made_up_for_by_the_tick(listening, monkeypatch):
    lab = listening.lab
    one = worker(listening, "one")
    run = manager(listening, one)
    ends(listening)
    listening.waits(run, 1)
    monkeypatch.setattr(watchers.settle, "start_apart", lambda *_: None)
    entry = watches.on(lab.home, os.path.basename(one))[0]
    watchers.put(run, entry.id, os.path.basename(one), 1, "it is over")
    watches.end(lab.home, os.path.basename(one), entry)
    assert standby.due(look.at(run))
    eventually(lambda: listening.watch.tick() and look.at(run).n == 2, 60.0)
    assert listening.ended(run) == "passed" and "it is over" in listening.turns()[1]["prompt"]
    Path(lab.marks, "go").touch()
    lab.phase(one, phase.DONE)
    assert layout.current(run) == 2
