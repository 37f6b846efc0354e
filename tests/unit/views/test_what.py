"""what as an operation: three lines on a run."""

import pytest

from tests.support import frozen
from tests.support import recorded_runs as made
from workcell.rundir.cell import Cell
from workcell.views import what


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_the_three_lines_are_there(tmp_path, name):
    home = frozen.thaw(tmp_path / "home")
    found = what.perform(Cell(home, {}, "/"), what.Request(name))
    assert found.name == name
    assert found.now and found.recently and found.asked and found.state and found.title


def test_of_a_run_that_is_over_now_tells_the_outcome(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    found = what.perform(Cell(home, {}, "/"), what.Request(frozen.DONE[0]))
    assert found.now.startswith(found.state)


def test_a_program_without_records_did_what_its_log_says_last(tmp_path):
    run = made.recorded(tmp_path, b"one\n\ntwo\nthree\nfour\n", reader="none")
    assert what.what(run).recently == "two · three · four"
    assert what.what(made.recorded(tmp_path / "b", b"", reader="none")).recently == "nothing that it recorded"


def test_secrets_in_the_last_lines_are_masked(tmp_path):
    token = "ghp_" + "a1B2" * 9
    assert token not in what.what(made.recorded(tmp_path, token.encode(), reader="none")).recently
