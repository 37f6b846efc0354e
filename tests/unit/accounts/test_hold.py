"""hold and release as operations."""

import pytest

from tests.support import frozen
from workcell.accounts import hold
from workcell.base.errors import NotFound
from workcell.rundir import run_hold
from workcell.rundir.cell import Cell


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


def test_a_run_is_held_until_it_is_let_go(cell):
    name = frozen.OPEN[0]
    run = frozen.run_of(cell.home, name)
    held = hold.perform_hold(cell, hold.HoldRequest(name, why="wait"))
    assert held.held and held.until_at is None
    assert run_hold.standing(run)["why"] == "wait"
    done = hold.perform_release(cell, hold.ReleaseRequest(name))
    assert done.id == held.id and "run" in done.released
    assert run_hold.standing(run) is None
    assert hold.perform_release(cell, hold.ReleaseRequest(name)).released == ()


def test_a_hold_may_have_an_end(cell):
    assert hold.perform_hold(cell, hold.HoldRequest(frozen.OPEN[0], seconds=60.0)).until_at is not None


def test_a_run_that_there_is_not(cell):
    with pytest.raises(NotFound):
        hold.perform_hold(cell, hold.HoldRequest("no-such-run"))
