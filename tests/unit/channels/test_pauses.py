"""A pause that a person asks for: nothing is sent, nothing is lost, and it ends."""

import os
from pathlib import Path

import pytest

from tests.support.notices import AT, flush, make, names, parse
from workcell.base.errors import NotFound, Usage
from workcell.channels import outbox, pauses
from workcell.rundir import notice
from workcell.rundir.cell import Cell

TEXT = "name: mine\nuses: command\nevents: all\nargv: ['true']\n"


@pytest.fixture
def cell(tmp_path):
    Path(tmp_path, "home", "adapters").mkdir(parents=True)
    Path(tmp_path, "home", "adapters", "mine.yaml").write_text(TEXT)
    os.chmod(tmp_path / "home", 0o700)
    made = Cell(str(tmp_path / "home"), {}, str(tmp_path))
    made.clock = lambda: AT
    return made


def test_what_is_posted_waits_until_the_pause_is_over(cell):
    assert pauses.perform_pause(cell, pauses.PauseRequest("mine", 3600.0)).until is not None
    outbox.post(cell.home, make())
    assert flush(cell.home, [parse(TEXT)], AT + 10).delivered == [] and len(names(cell.home, notice.CUR)) == 1
    assert len(flush(cell.home, [parse(TEXT)], AT + 3601).delivered) == 1


def test_one_without_an_end_ends_by_a_person(cell):
    assert pauses.perform_pause(cell, pauses.PauseRequest("mine")).until is None
    assert pauses.standing(cell.home, "mine", AT + 1e9) == "resume"
    assert pauses.perform_resume(cell, pauses.ResumeRequest("mine")).was_paused
    assert pauses.standing(cell.home, "mine", AT) is None
    assert not pauses.perform_resume(cell, pauses.ResumeRequest("mine")).was_paused


def test_wrong_names_and_times_leave_nothing(cell):
    with pytest.raises(NotFound):
        pauses.perform_pause(cell, pauses.PauseRequest("nobody"))
    with pytest.raises(Usage):
        pauses.perform_pause(cell, pauses.PauseRequest("mine", 0.0))
    assert not os.path.exists(notice.box(cell.home))
