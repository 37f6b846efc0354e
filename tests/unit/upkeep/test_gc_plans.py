"""Plans that gc proposes, those that stay, and the runs that stay for them."""

import os
import shutil
import time

import pytest

from tests.support import plans as made
from workcell.base import clock
from workcell.rundir import layout, plans
from workcell.together import plan_advance
from workcell.upkeep import gc
from workcell.upkeep.gc_items import Item

ID = "20261120-0512-night-7f3a"
OLD = clock.stamp(time.time() - 40 * gc.DAY)


class Bench:
    def __init__(self, place, *entries):
        self.home = made.home_of(place, made.record(*entries, at=OLD))
        self.hands = made.FakeHands(self.home)
        self.folder = plans.directory(self.home, ID)
        self.advance()

    def advance(self):
        plan_advance.advance(self.home, ID, self.hands)

    def end(self, name, outcome="passed"):
        made.end(self.home, self.hands.run_of(name), outcome)

    def remove(self, name):
        """As rm does, once the end is on record."""
        run = self.hands.run_of(name)
        shutil.rmtree(os.path.join(self.home, layout.RUNS, run))
        os.unlink(os.path.join(self.home, layout.ENDED, run))

    def plans(self, older_than=0.0, act=False):
        return [item for item in gc.gc(self.home, older_than, act=act) if item.kind == "plan"]


@pytest.fixture
def bench(tmp_path):
    """A plan that passed."""
    bench = Bench(tmp_path, made.entry("a"))
    bench.end("a")
    bench.advance()
    return bench


def test_a_plan_goes_once_no_run_of_it_is_there(bench):
    (item,) = bench.plans()
    assert not item.can and item.cure == f"workcell rm {bench.hands.run_of('a')}"
    bench.remove("a")
    (item,) = bench.plans()
    assert item.can and item.why[0].startswith("passed, over for")
    assert os.path.isdir(bench.folder), "looking removes nothing"
    (item,) = bench.plans(act=True)
    assert item.done == "removed" and os.listdir(os.path.dirname(bench.folder)) == []


def test_a_plan_that_is_young_is_not_listed(bench):
    bench.remove("a")
    assert bench.plans(gc.DAY) == []


def test_a_plan_that_lives_is_not_listed_and_one_that_is_blocked_stays_with_its_cure(tmp_path):
    bench = Bench(tmp_path, made.entry("a"), made.entry("b", "a", cost_usd=3.0))
    assert bench.plans() == []
    lines = plans.actions(bench.home, ID)
    plans.append(bench.home, ID, lines, {"n": 0, "at": "", "act": "blocked", "entry": "b", "lane": "", "why": "w"})
    bench.end("a")
    bench.advance()
    (item,) = bench.plans()
    assert (item.can, item.cure) == (False, f"workcell plan stop {ID}")


def test_what_a_killed_making_or_removal_left_goes_when_its_lock_is_free(bench):
    bench.remove("a")
    away = os.path.join(os.path.dirname(bench.folder), f"{layout.STAGED}gone-{ID}")
    os.rename(bench.folder, away)
    lock = plans.locks.take(os.path.join(away, plans.LOCK), 0.0)
    (item,) = bench.plans(act=True)
    assert not item.can and os.path.isdir(away)
    os.close(lock)
    (item,) = bench.plans(act=True)
    assert item.done == "removed" and not os.path.lexists(away)


@pytest.mark.parametrize("then", ["held", "again", "run"])
def test_a_plan_about_which_something_has_changed_since_the_look_is_left(bench, then):
    bench.remove("a")
    lock = plans.take(bench.home, ID, 0.0) if then == "held" else None
    if then == "again":
        plans.note_change(bench.home, ID)
    if then == "run":
        made.begin(bench.home, bench.hands.run_of("a"))
    item = Item("plan", bench.folder, 0, True, ["it was over"])
    gc.gc_plans.remove(bench.home, item)
    assert item.done.startswith("left: ") and os.path.isdir(bench.folder)
    if lock is not None:
        os.close(lock)


def test_a_plan_that_cannot_be_read_stays_and_one_without_a_record_has_a_cure_that_works(bench):
    with open(os.path.join(bench.folder, plans.PLAN), "w") as file:
        file.write("{")
    (item,) = bench.plans(act=True)
    assert (item.can, item.cure) == (False, "workcell fsck")
    os.unlink(os.path.join(bench.folder, plans.PLAN))
    (item,) = bench.plans()
    assert os.system(item.cure) == 0 and bench.plans() == []


def test_a_run_whose_work_is_to_be_taken_stays_with_its_tree(tmp_path):
    bench = Bench(tmp_path, made.entry("a"), made.entry("b"), made.entry("c", "a", "b", base="a"))
    bench.end("a")
    bench.advance()
    first, second = bench.hands.run_of("a"), bench.hands.run_of("b")
    items = [Item(kind, f"/{kind}/{run}", 0, True, ["old"]) for kind in ("run", "worktree") for run in (first, second)]
    gc.gc_plans.hold_back(bench.home, items)
    assert [item.can for item in items] == [False, True, False, True]
    assert "'c' of the plan" in items[0].why[0] and items[0].cure == f"workcell plan stop {ID}"
    plans.seal_stopped(bench.home, ID, "person", 0.0)
    bench.advance()
    items = [Item("run", f"/runs/{first}", 0, True, ["old"])]
    gc.gc_plans.hold_back(bench.home, items)
    assert items[0].can, "a plan that was stopped takes nothing"


def test_a_run_whose_end_is_not_on_record_stays(tmp_path):
    bench = Bench(tmp_path, made.entry("a"), made.entry("b", "a"))
    bench.end("a")
    items = [Item("run", f"/runs/{bench.hands.run_of('a')}", 0, True, ["old"])]
    gc.gc_plans.hold_back(bench.home, items)
    assert not items[0].can and "has not taken note" in items[0].why[0]
