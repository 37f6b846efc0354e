"""What gc proposes and removes, and what it leaves alone."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.git import repository, worktrees
from workcell.rundir import acks, find, layout, ledger, locks, look, outcomes, phase, status, writer
from workcell.rundir.cell import Cell
from workcell.upkeep import gc

LONG_AGO = time.time() - 10 * 86400.0


@pytest.fixture
def home(tmp_path):
    path = frozen.thaw(tmp_path / "home")
    for name in os.listdir(os.path.join(path, layout.LEDGER)):
        os.utime(os.path.join(path, layout.LEDGER, name), (LONG_AGO, LONG_AGO))
    return path


def of(items, kind):
    return [item for item in items if item.kind == kind]


def test_before_the_first_launch_there_is_nothing_to_do(tmp_path):
    assert gc.gc(str(tmp_path / "home"), act=True) == []


def test_an_empty_home_has_nothing_to_remove(tmp_path):
    assert gc.gc(str(tmp_path)) == gc.gc(str(tmp_path), act=True) == []


def test_looking_removes_nothing(home):
    before = frozen.state(home)
    assert {os.path.basename(item.path) for item in of(gc.gc(home, 0.0), "run")} == {
        os.path.basename(frozen.run_of(home, name)) for name in frozen.DONE
    }
    assert frozen.state(home) == before


def test_runs_that_are_over_go_with_all_that_the_home_says_of_them(home):
    for name in frozen.DONE:
        run = frozen.run_of(home, name)
        acks.place(home, os.path.basename(run), 1)
        outcomes.place(home, status.cached(run))
    items = gc.gc(home, 0.0, act=True)
    assert [item.done for item in of(items, "run")] == ["removed"] * len(frozen.DONE)
    assert acks.every(home) == frozenset() and outcomes.every(home) == {}
    left = find.ids_of(home)
    assert sorted(left) == sorted(os.path.basename(frozen.run_of(home, name)) for name in frozen.OPEN)
    assert {name.partition(".")[0] for name in os.listdir(os.path.join(home, layout.LEDGER))} == set(left)
    assert os.listdir(os.path.join(home, layout.ENDED)) == []


def test_young_runs_stay(home):
    run = frozen.run_of(home, "frozen-two")
    ago = time.time() - gc.clock.parse(look.at(run).result["ended_at"])
    assert of(gc.gc(home, ago + 3600.0), "run") == []


def test_a_run_that_is_being_written_is_left(home):
    run = frozen.run_of(home, "frozen-two")
    with writer.take(run):
        items = {os.path.basename(item.path): item for item in of(gc.gc(home, 0.0, act=True), "run")}
    assert items[os.path.basename(run)].done == "left: a process is writing it"
    assert os.path.isdir(run)


def test_a_run_whose_agents_lock_is_held_is_left(home):
    run = frozen.run_of(home, "frozen-two")
    lock = locks.take(os.path.join(run, layout.AGENT_LOCK))
    try:
        items = {os.path.basename(item.path): item for item in of(gc.gc(home, 0.0, act=True), "run")}
    finally:
        os.close(lock)
    assert "holds agent.lock" in items[os.path.basename(run)].done


def test_a_run_that_was_never_born(home):
    staged = Path(home, layout.RUNS, f"{layout.STAGED}abcd")
    staged.mkdir()
    assert [item.can for item in of(gc.gc(home), "staged")] == [False], "it is young, and has no lock yet"
    lock = locks.take(str(staged / layout.RUNNER_LOCK))
    assert [item.can for item in of(gc.gc(home), "staged")] == [False]
    os.close(lock)
    assert [item.done for item in of(gc.gc(home, act=True), "staged")] == ["removed"]
    assert not staged.exists()


def test_a_ledger_whose_run_is_gone(home):
    over, lost = frozen.run_of(home, "frozen-two"), frozen.run_of(home, "frozen-lost")
    for run in (over, lost):
        shutil.rmtree(run)
    items = {os.path.basename(item.path): item for item in of(gc.gc(home, act=True), "ledger")}
    assert items[os.path.basename(ledger.path(over))].done == "removed"
    kept = items[os.path.basename(ledger.path(lost))]
    assert (kept.can, kept.done) == (False, None) and "workcell stop" in kept.why[0]
    assert os.path.exists(ledger.path(lost))


def test_a_ledger_whose_making_was_cut_short(home):
    half = Path(home, layout.LEDGER, ".half")
    half.touch()
    assert of(gc.gc(home), "ledger") == []
    os.utime(half, (LONG_AGO, LONG_AGO))
    assert [item.done for item in of(gc.gc(home, act=True), "ledger")] == ["removed"]


def test_the_log_of_a_run_that_is_over_is_compressed(home):
    run = frozen.run_of(home, "frozen-unverified")
    log = Path(look.at(run).directory, layout.AGENT_LOG)
    log.write_bytes(b"line\n" * 30_000)
    items = of(gc.gc(home, act=True), "log")
    assert [item.done for item in items] == ["compressed"]
    assert not log.exists() and os.path.exists(f"{log}.001.gz")
    assert look.at(run).phase == phase.DONE


def test_a_worktree_goes_once_its_work_is_safe_and_its_run_stays_until_then(lab):
    tree = os.path.join(lab.home, layout.WORKTREES, "20200101-0000-gone-aaaa")
    os.makedirs(os.path.dirname(tree))
    os.makedirs(os.path.join(lab.home, layout.RUNS))
    worktrees.create(repository.find(lab.repo), tree, run="20200101-0000-gone-aaaa")
    [young] = of(gc.gc(lab.home, act=True), "worktree")
    assert not young.can and "within the hour" in young.why[0]
    Path(tree, "new").write_text("work")
    os.utime(tree, (LONG_AGO, LONG_AGO))
    [full] = of(gc.gc(lab.home, act=True), "worktree")
    assert full.why[0] == "uncommitted work: 1 untracked" and full.cure == "commit it, or discard it"
    assert (full.can, full.done) == (False, None) and os.path.exists(os.path.join(tree, "new"))
    os.unlink(os.path.join(tree, "new"))
    os.utime(tree, (LONG_AGO, LONG_AGO))
    [clean] = of(gc.gc(lab.home, act=True), "worktree")
    assert clean.can and str(clean.done).startswith("removed"), clean
    assert not os.path.exists(tree)


def test_gc_looks_at_each_run_once(tmp_path):
    for name in ("20260101-0000-a-aaaa", "20260101-0001-b-bbbb", "20260101-0002-c-cccc"):
        attempt = tmp_path / layout.RUNS / name / layout.ATTEMPTS / "001"
        attempt.mkdir(parents=True)
        os.symlink(f"{layout.ATTEMPTS}/001", tmp_path / layout.RUNS / name / layout.CURRENT)
        (attempt / layout.RESULT).write_text('{"schema": "workcell.file.result/1", "outcome": "passed"}')
    looks: list[str] = []

    def count(frame, event, argument):
        if event == "call" and frame.f_code is look.at.__code__:
            looks.append(frame.f_locals["run"])

    sys.setprofile(count)
    try:
        gc.gc(str(tmp_path), 0.0)
    finally:
        sys.setprofile(None)
    assert len(looks) == len(set(looks)) == 3


def test_only_what_belongs_to_a_chosen_run_is_listed_and_a_young_one_too(home):
    run = os.path.basename(frozen.run_of(home, "frozen-two"))
    cell = Cell(home, {}, "/")
    items = gc.perform(cell, gc.Request((run,))).items
    assert {(item.kind, os.path.basename(item.path)) for item in items if item.kind == "run"} == {("run", run)}
    assert all(run in item.path for item in items)
    assert of(gc.perform(cell, gc.Request((run,), yes=True)).items, "run")[0].done == "removed"
    assert run not in find.ids_of(home) and len(find.ids_of(home)) > 1


def test_a_worktree_with_work_says_how_it_can_go(lab):
    run = lab.launch(lab.brief("echo new > added"), "--worktree=", "--wait", repo=lab.repo)
    name = os.path.basename(run)
    items = gc.gc(lab.home, 0.0, act=True)
    [tree] = of(items, "worktree")
    assert (tree.can, tree.why, tree.cure) == (False, ["uncommitted work: 1 untracked"], f"workcell rm {name} --force")
    [record] = of(items, "run")
    assert (record.can, record.cure) == (False, f"workcell rm {name}")


def test_the_tree_of_a_young_run_stays_with_it_and_the_command_for_it_is_named(lab):
    run = lab.launch(lab.brief("true", name="look-at-me"), "--worktree=", "--wait", repo=lab.repo)
    name = os.path.basename(run)
    kept = [item for item in of(gc.gc(lab.home, act=True), "worktree") if item.path.endswith(name)]
    assert [(item.can, item.done, item.cure) for item in kept] == [(False, None, f"workcell gc {name} --yes")]
    assert "its run ended" in kept[0].why[0] and os.path.isdir(kept[0].path)
    gone = gc.perform(Cell(lab.home, {}, "/"), gc.Request((name,), yes=True)).items
    assert str(of(gone, "worktree")[0].done).startswith("removed") and not os.path.exists(kept[0].path)
    assert of(gone, "run")[0].done == "removed"


def test_the_tree_of_a_run_that_needs_a_person_stays_whatever_its_age_until_it_is_acknowledged(lab):
    run = lab.launch(lab.brief("true", name="failing", verify="exit 1"), "--worktree=", "--wait", repo=lab.repo, code=1)
    name = os.path.basename(run)
    items = gc.gc(lab.home, 0.0, act=True)
    [tree] = of(items, "worktree")
    assert (tree.can, tree.done, tree.cure) == (False, None, f"workcell gc {name} --yes")
    assert tree.why == [f"its run is failed, and no person has resumed or acknowledged it (workcell ack {name})"]
    [record] = of(items, "run")
    assert not record.can and os.path.isdir(run) and os.path.isdir(tree.path)
    acks.place(lab.home, name, look.at(run).n)
    gone = gc.gc(lab.home, 0.0, act=True)
    assert str(of(gone, "worktree")[0].done).startswith("removed") and of(gone, "run")[0].done == "removed"
