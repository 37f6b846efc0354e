"""status as an operation: the whole document as one typed result."""

import dataclasses
import os

import pytest

from tests.support import frozen
from workcell.base.errors import NoSuchRun
from workcell.rundir.cell import Cell
from workcell.views import status


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_the_result_is_the_document(cell, name):
    run = frozen.run_of(cell.home, name)
    document = status.status(run)
    found = dataclasses.asdict(status.perform(cell, status.Request(name)))
    assert found == {key: value for key, value in document.items() if key != "schema"}
    assert found["id"] == os.path.basename(run)


def test_a_run_that_there_is_not_is_named_in_the_error(cell):
    with pytest.raises(NoSuchRun) as error:
        status.perform(cell, status.Request("no-such-run"))
    assert error.value.word == "no-such-run" and error.value.hint == "workcell ls"
