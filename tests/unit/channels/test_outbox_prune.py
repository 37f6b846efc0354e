"""Sent notices are forgotten after 30 days, by ticks and by gc, a bounded number at a time."""

import os

import pytest

from workcell.channels import outbox_prune
from workcell.rundir import layout, locks, notice
from workcell.upkeep import gc
from workcell.watch import observe, tick

NOW = 1_800_000_000.0
OLD, YOUNG = NOW - outbox_prune.KEPT_SECONDS - 60, NOW - outbox_prune.KEPT_SECONDS + 60


@pytest.fixture
def home(tmp_path):
    os.makedirs(tmp_path / layout.RUNS)
    os.makedirs(tmp_path / layout.OUTBOX / notice.SENT)
    return str(tmp_path)


def put(home, *names, at=OLD):
    for name in names:
        path = os.path.join(notice.box(home), notice.SENT, name)
        with open(path, "w") as file:
            file.write("{}")
        os.utime(path, (at, at))


def left(home):
    return sorted(os.listdir(os.path.join(notice.box(home), notice.SENT)))


def ticks(home, *seconds):
    for one in seconds:
        tick.tick(home, observe.Now(wall=NOW + one, mono=1000 + one, boottime=1000 + one, boot="b"))


def test_a_tick_removes_what_is_old_and_nothing_else(home):
    put(home, "old.json")
    put(home, "young.json", at=YOUNG)
    ticks(home, 0)
    assert left(home) == ["young.json"]


def test_ticks_look_once_an_hour(home):
    ticks(home, 0)
    put(home, "old.json")
    ticks(home, 60, 120, 3590)
    assert left(home) == ["old.json"]
    ticks(home, 3601)
    assert left(home) == []


def test_a_clock_that_was_set_back_does_not_stop_it(home):
    ticks(home, 0)
    put(home, "old.json", at=OLD - 86400)
    ticks(home, -7200)
    assert left(home) == []


def test_of_many_all_are_reached_in_turn(home):
    put(home, *(f"{number}.json" for number in range(10)))
    counts = [outbox_prune.prune(home, NOW + hour * 3600, most=4) for hour in range(6)]
    assert max(counts) <= 4 and sum(counts) == 10 and left(home) == []


def test_nothing_is_removed_while_somebody_sends(home):
    put(home, "old.json")
    lock = locks.take(os.path.join(notice.box(home), notice.LOCK), 0)
    assert outbox_prune.prune(home, NOW) == 0
    assert left(home) == ["old.json"]
    os.close(lock)
    assert outbox_prune.prune(home, NOW) == 1


def test_gc_proposes_and_removes_them(home, monkeypatch):
    put(home, "a.json", "b.json")
    put(home, "young.json", at=YOUNG)
    monkeypatch.setattr(gc.time, "time", lambda: NOW)
    (item,) = gc.gc(home)
    assert (item.kind, item.can) == ("notices", True) and item.why[0].endswith(": 2 notices")
    assert len(left(home)) == 3
    (item,) = gc.gc(home, act=True)
    assert item.done == "2 removed" and left(home) == ["young.json"]
