"""A plan is brought on by one process at a time, and a death between any two of its acts starts nothing twice."""

import os
import threading
from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.base.errors import InputOutput, Refused, TryAgain
from workcell.rundir import plans
from workcell.together import plan_advance
from workcell.views import plan_state

ID = "20261120-0512-night-7f3a"
entry = made.entry


class Bench:
    def __init__(self, place, *entries, **more):
        self.home = made.home_of(place, made.record(*entries, **more))
        self.hands = made.FakeHands(self.home)

    def advance(self):
        return plan_advance.advance(self.home, ID, self.hands)

    def end(self, name, outcome="passed", lane="", **more):
        made.end(self.home, self.hands.run_of(name, lane), outcome, **more)
        self.advance()

    def states(self):
        return plan_state.read(self.home, ID).verdict().states

    def state(self):
        return plan_state.read(self.home, ID).verdict().state

    def notices(self):
        box = Path(self.home, "outbox", "new")
        return sorted(box.iterdir()) if box.is_dir() else []


def test_each_run_starts_when_what_it_needs_has_passed(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b", "a"), entry("c", "a", "b"))
    bench.advance()
    assert bench.hands.names() == ["a"]
    bench.end("a")
    bench.end("b")
    assert bench.hands.names() == ["a", "b", "c"] and plans.open_ids(bench.home) == [ID]
    bench.end("c")
    assert (bench.state(), plans.open_ids(bench.home)) == ("passed", [])
    assert len(bench.notices()) == 1 and "passed" in bench.notices()[0].name
    bench.advance()
    assert len(bench.notices()) == 1


def test_a_launch_that_was_killed_after_its_intent_is_made_under_the_same_id(tmp_path):
    bench = Bench(tmp_path, entry("a"))
    whole = bench.hands.create

    def killed(prepared, run):
        raise KeyboardInterrupt

    bench.hands.create = killed
    with pytest.raises(KeyboardInterrupt):
        bench.advance()
    bench.hands.create = whole
    (intent,) = plans.actions(bench.home, ID)
    bench.advance()
    assert [run for _, _, run in bench.hands.made] == [intent["run"]]


def test_a_launch_that_was_killed_before_its_result_is_found(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b", "a"))
    whole = bench.hands.create

    def killed(prepared, run):
        whole(prepared, run)
        raise KeyboardInterrupt

    bench.hands.create = killed
    with pytest.raises(KeyboardInterrupt):
        bench.advance()
    bench.hands.create = whole
    bench.advance()
    assert bench.hands.names() == ["a"] and bench.states() == {"a": "running", "b": "waiting"}


def test_an_id_whose_ledger_stands_without_a_run_is_given_up(tmp_path):
    bench = Bench(tmp_path, entry("a"))
    plans.append(bench.home, ID, [], {"n": 0, "at": "", "act": "launch", "entry": "a", "lane": "", "run": "lost"})
    os.mkdir(os.path.join(bench.home, "ledger"))
    Path(bench.home, "ledger", "lost.jsonl").touch()
    bench.advance()
    assert bench.hands.names() == ["a"] and bench.hands.run_of("a") != "lost"
    assert [line.get("state") for line in plans.actions(bench.home, ID) if line["act"] == "result"] == [
        "void",
        "launched",
    ]


def test_what_cannot_be_launched_is_blocked_and_told_once(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b", "a"), entry("d"))
    bench.hands.troubles["a"] = Refused("the tree is in a rebase", "git rebase --abort")
    bench.advance()
    assert bench.state() == "running" and len(bench.notices()) == 1, "it is told of while others work"
    bench.end("d")
    bench.advance()
    assert bench.states() == {"a": "blocked", "b": "waiting", "d": "passed"} and bench.state() == "blocked"
    (told,) = bench.notices()
    assert b"the tree is in a rebase" in told.read_bytes() and b"plan retry" in told.read_bytes()


def test_an_entry_whose_tree_is_in_use_waits_and_leaves_nothing_on_record(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b"))
    bench.hands.busy.add("a")
    bench.advance()
    assert bench.hands.names() == ["b"] and bench.state() == "running"
    assert all(line.get("entry") != "a" for line in plans.actions(bench.home, ID))
    assert plan_state.is_open(bench.home, ID)
    bench.hands.busy.clear()
    bench.advance()
    assert bench.hands.names() == ["b", "a"]


def test_one_that_finds_the_lock_held_leaves_word_and_the_holder_sees_it(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b", "a"))
    bench.advance()
    run, whole = bench.hands.run_of("a"), plan_advance.advance_locked
    seen = []

    def slow(home, plan, hands):
        whole(home, plan, hands)
        if not seen:
            seen.append(True)
            made.end(home, run, "passed")
            assert plan_advance.advance(home, plan, hands) is False  # the lock is held by this very process

    plan_advance.advance_locked = slow
    try:
        assert bench.advance() is True
    finally:
        plan_advance.advance_locked = whole
    assert bench.hands.names() == ["a", "b"]


def test_eight_at_once_start_each_run_once(tmp_path):
    bench = Bench(tmp_path, *[entry(name) for name in "abcd"], max_live=3)
    for _ in range(4):
        every = [threading.Thread(target=bench.advance) for _ in range(8)]
        for one in every:
            one.start()
        for one in every:
            one.join()
    assert sorted(bench.hands.names()) == ["a", "b", "c"]
    bench.end("a")
    assert sorted(bench.hands.names()) == ["a", "b", "c", "d"]


def test_the_losers_of_a_race_are_stopped_and_the_winner_stands(tmp_path):
    bench = Bench(tmp_path, entry("a", race=["claude", "codex"]), entry("b", "a"))
    bench.advance()
    bench.end("a", lane="codex")
    won = plans.winner(bench.home, ID, "a")
    assert won is not None and won["run"] == bench.hands.run_of("a", "codex")
    assert bench.hands.stopped == [bench.hands.run_of("a", "claude")]
    assert bench.hands.names() == ["a", "a", "b"] and bench.states() == {"a": "passed", "b": "running"}


def test_a_stopped_plan_stops_what_lives_and_is_over(tmp_path):
    bench = Bench(tmp_path, entry("a"), entry("b", "a"))
    bench.advance()
    plans.seal_stopped(bench.home, ID, "person", 0.0)
    bench.advance()
    assert (bench.hands.stopped, bench.state(), bench.hands.names()) == ([bench.hands.run_of("a")], "stopped", ["a"])
    assert plans.open_ids(bench.home) == []


def test_a_plan_that_is_gone_or_cannot_be_written_is_told(tmp_path, monkeypatch):
    bench = Bench(tmp_path, entry("a"))
    with pytest.raises(TryAgain, match="was removed"):
        plan_advance.advance(bench.home, "20261120-0512-none-7f3a", bench.hands)
    monkeypatch.setattr(plans, "append", lambda *_: (_ for _ in ()).throw(OSError(28, "no room")))
    with pytest.raises(InputOutput, match="no room"):
        bench.advance()
    assert bench.hands.names() == []
