"""judge as an operation: a run, or a directory."""

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound, Usage
from workcell.evidence import judge
from workcell.rundir.cell import Cell


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


def test_a_run_is_judged(cell):
    found = judge.perform(cell, judge.Request(frozen.DONE[0]))
    assert found.verdict and 0.0 <= found.confidence <= 1.0 and found.judged["at"]


def test_a_directory_is_judged(cell, tmp_path):
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "exit_code").write_text("0\n")
    found = judge.perform(cell, judge.Request(recipe="claude", source=str(tmp_path / "left")))
    assert found.judged["agent"] == "claude" and found.resets_at is None and found.prompt is None


def test_what_cannot_be_asked_for(cell, tmp_path):
    for request in (judge.Request(), judge.Request("x", source="y"), judge.Request(source=str(tmp_path))):
        with pytest.raises(Usage):
            judge.perform(cell, request)
    with pytest.raises(NotFound):
        judge.perform(cell, judge.Request(recipe="claude", source=str(tmp_path / "none")))
