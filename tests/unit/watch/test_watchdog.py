"""The operations of the watchdog, as far as they touch no timer of the machine."""

import pytest

from workcell.base.errors import Usage
from workcell.rundir import home_creation
from workcell.rundir.cell import Cell
from workcell.watch import watchdog


def test_a_tick_in_a_home_without_runs_does_nothing(tmp_path):
    cell = Cell(str(tmp_path / "home"), {}, str(tmp_path))
    assert watchdog.perform_tick(cell, watchdog.TickRequest()) == watchdog.Ticked(False, 0, 0, 0, 0, [])


def test_a_tick_is_seen_by_status_although_no_timer_is_installed(tmp_path):
    cell = Cell(str(tmp_path / "home"), {}, str(tmp_path))
    home_creation.ensure(cell.home)
    assert watchdog.perform_status(cell, watchdog.StatusRequest()).age_seconds is None
    watchdog.perform_tick(cell, watchdog.TickRequest())
    found = watchdog.perform_status(cell, watchdog.StatusRequest())
    assert found.age_seconds is not None and found.installed is None


def test_a_timer_that_there_is_not(tmp_path):
    with pytest.raises(Usage, match="no timer 'sundial'"):
        watchdog.perform_install(Cell(str(tmp_path / "home"), {}, "/"), watchdog.InstallRequest("sundial"))
