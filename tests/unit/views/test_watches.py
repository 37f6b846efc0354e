"""Which runs want to be told of which: all of a home, or those of one run."""

import os
import shutil

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound
from workcell.rundir import watches as files
from workcell.rundir.cell import Cell
from workcell.views import watches


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture
def cell(home):
    return Cell(home, {}, "/")


def place(home, watched, watcher, wanted="done", due=None):
    by = {"run": os.path.basename(frozen.run_of(home, watcher)), "attempt": 1}
    return files.place(home, os.path.basename(frozen.run_of(home, watched)), by, wanted, due)


def test_a_home_without_watches_has_none(cell):
    assert watches.perform(cell, watches.Request()).watches == []


def test_each_says_how_the_watched_run_stands_and_until_when(home, cell):
    over = place(home, "frozen-two", "frozen-created")
    live = place(home, "frozen-stopped", "frozen-created", "idle", 1.9e9)
    rows = watches.perform(cell, watches.Request()).watches
    assert [(row.id, row.state, row.wanted) for row in rows] == [
        (over["id"], "passed", "done"),
        (live["id"], "stopped", "idle"),
    ]
    assert [row.due_at for row in rows] == [None, "2030-03-17T17:46:40.000Z"]


def test_of_one_run_only_its_own_are_listed(home, cell):
    mine = place(home, "frozen-two", "frozen-created")
    place(home, "frozen-two", "frozen-lost")
    found = watches.perform(cell, watches.Request(mine["by"]["run"])).watches
    assert [row.by for row in found] == [mine["by"]["run"]]
    with pytest.raises(NotFound):
        watches.perform(cell, watches.Request("no-such-run"))


def test_a_run_that_is_gone_is_told_as_gone(home, cell):
    place(home, "frozen-two", "frozen-created")
    shutil.rmtree(frozen.run_of(home, "frozen-two"))
    assert [row.state for row in watches.perform(cell, watches.Request()).watches] == ["gone"]
