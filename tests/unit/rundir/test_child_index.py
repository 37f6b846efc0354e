"""The index of the runs that were launched from inside of a run."""

import os
from pathlib import Path

import pytest

from workcell.base import ids
from workcell.rundir import child_index, family, layout, ledger, locks, writer


@pytest.fixture
def home(tmp_path):
    for name in (layout.RUNS, layout.LEDGER):
        (tmp_path / name).mkdir(mode=0o700)
    return str(tmp_path)


def made(home, run, parent=None, *, entered=True):
    """A run whose ledger names that parent; its directory stands."""
    head = {"by": "launch", "parent": parent and {"run": parent, "attempt": 1}, "may": []}
    lines = [{"attempt": 1, "born": True, "at": "2026-11-20T05:12:00.000Z"}]
    writer.create(family.directory(home, run), head, lines).close()
    if parent is not None and entered:
        os.makedirs(child_index.directory(home, parent), exist_ok=True)
        child_index.add(home, parent, run)
    os.mkdir(family.directory(home, run))
    return run


def test_the_children_of_a_run_are_those_whose_ledger_names_it(home):
    made(home, "a")
    made(home, "c", "a")
    made(home, "b", "a")
    made(home, "d", "b")
    assert child_index.of(home, "a") == ["b", "c"] and child_index.of(home, "c") == []
    assert child_index.descendants(home, "a") == ["b", "c", "d"]
    assert family.depth(home, "d") == 2 and family.depth(home, "a") == 0


def test_an_entry_without_a_run_or_of_a_run_with_another_parent_counts_for_nothing(home):
    made(home, "a")
    made(home, "b", "a")
    child_index.add(home, "a", "never")
    made(home, "stranger")
    child_index.add(home, "a", "stranger")
    assert child_index.of(home, "a") == ["b"]


def test_a_child_whose_ledger_cannot_be_read_is_not_dropped(home):
    made(home, "a")
    made(home, "b", "a")
    Path(ledger.path(family.directory(home, "b"))).write_text("no line of a ledger\n")
    assert child_index.of(home, "a") == ["b"]


def test_a_circle_of_parents_is_walked_once(home):
    made(home, "a", "b")
    made(home, "b", "a")
    assert sorted(child_index.descendants(home, "a")) == ["b"]
    assert family.depth(home, "a") == family.DEEPEST


def test_what_a_removed_run_had_there_goes(home):
    made(home, "a")
    made(home, "b", "a")
    made(home, "c", "b")
    child_index.remove(family.directory(home, "b"))
    assert child_index.of(home, "a") == [] and not os.path.exists(child_index.directory(home, "b"))
    child_index.remove(family.directory(home, "b"))


def test_a_parent_that_is_no_id_removes_nothing(home, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").touch()
    made(home, "a", "../outside", entered=False)
    child_index.remove(family.directory(home, "a"))
    assert (outside / "a").exists() and not ids.plain("../outside")


def test_the_right_to_add_is_held_by_one_at_a_time(home):
    held = child_index.lock(home, "a", 0.0)
    assert held is not None and child_index.lock(home, "a", 0.0) is None
    os.close(held)
    again = child_index.lock(home, "a", 0.0)
    assert again is not None and locks.held(os.path.join(child_index.directory(home, "a"), child_index.LOCK)) == "yes"
    os.close(again)
    assert child_index.of(home, "a") == [] and not Path(ledger.path(family.directory(home, "a"))).exists()
