"""A report on frozen runs of every kind: which part each is in, what is left out, and that looking changes nothing."""

import pytest

from tests.support import frozen
from workcell.base import clock
from workcell.base.errors import Usage
from workcell.rundir import outcomes, status
from workcell.rundir.cell import Cell
from workcell.views import report

NOW = 2_000_000_000.0


@pytest.fixture
def cell(tmp_path):
    return Cell(str(frozen.thaw(tmp_path / "home")), {}, "/", clock=lambda: NOW)


def age(cell):
    """Seconds since before the first of the runs ended."""
    ended = [status.cached(frozen.run_of(cell.home, name))["ended_at"] for name in frozen.DONE]
    return NOW - min(map(clock.parse, ended)) + 1


def names(entries):
    return {one.name for one in entries}


def test_each_end_is_in_its_part_and_what_lives_or_needs_a_person_waits(cell):
    found = report.perform(cell, report.Request(since=age(cell)))
    assert names(found.passed) == {"frozen-two"}
    assert names(found.failed) == {"frozen-tampered"}
    assert names(found.others) == {"frozen-unverified", "frozen-stopped"}
    assert names(found.waits) == set(frozen.OPEN)
    [tampered] = found.failed
    assert tampered.command == f"workcell handoff {tampered.id}"


def test_what_ended_earlier_is_left_out_but_still_waits(cell):
    found = report.perform(cell, report.Request())
    assert not (found.passed or found.failed or found.others)
    assert {"frozen-tampered", "frozen-unverified"} <= names(found.waits)


def test_the_index_of_outcomes_changes_nothing(cell):
    before = report.perform(cell, report.Request(since=age(cell)))
    for name in frozen.DONE:
        outcomes.place(cell.home, status.cached(frozen.run_of(cell.home, name)))
    assert report.perform(cell, report.Request(since=age(cell))) == before


def test_what_is_too_many_is_counted(cell):
    found = report.perform(cell, report.Request(since=age(cell), most=1))
    assert (len(found.others), found.left_out.others, found.left_out.passed) == (1, 1, 0)
    assert len(found.waits) == 1 and found.left_out.waits == len(frozen.OPEN) - 1


def test_looking_changes_nothing(cell):
    before = frozen.state(cell.home)
    report.perform(cell, report.Request(since=age(cell), form="html"))
    assert frozen.state(cell.home) == before


@pytest.mark.parametrize("wrong", [{"since": 0.0}, {"since": -1.0}, {"most": -1}])
def test_a_time_that_is_none_is_refused(cell, wrong):
    with pytest.raises(Usage, match="a report needs a time"):
        report.perform(cell, report.Request(**wrong))
