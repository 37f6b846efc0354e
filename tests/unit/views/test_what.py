"""what as an operation: three lines on a run."""

import pytest

from tests.support import frozen
from workcell.rundir.cell import Cell
from workcell.views import what


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_the_three_lines_are_there(tmp_path, name):
    home = frozen.thaw(tmp_path / "home")
    found = what.perform(Cell(home, {}, "/"), what.Request(name))
    assert found.name == name
    assert found.now and found.recently and found.asked and found.state


def test_of_a_run_that_is_over_now_tells_the_outcome(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    found = what.perform(Cell(home, {}, "/"), what.Request(frozen.DONE[0]))
    assert found.now.startswith(found.state)
