"""What ls and status print for a person, from runs of every kind."""

import dataclasses

import pytest

from tests.support import frozen
from workcell.faces.cli import show
from workcell.rundir.cell import Cell
from workcell.views import ls, status


@pytest.fixture
def cell(tmp_path):
    return Cell(str(frozen.thaw(tmp_path / "home")), {}, "/")


def test_the_table_has_a_line_for_each_run(cell, capsys):
    found = ls.perform(cell, ls.Request(everything=True))
    show.ls(found)
    printed = capsys.readouterr().out
    assert all(run["name"] in printed for run in found.runs)


def test_nothing_to_show_is_said(cell, capsys):
    found = dataclasses.replace(ls.perform(cell, ls.Request()), runs=[], hidden=0)
    show.ls(found)
    show.ls(found, "night")
    assert [line.split(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        "no runs yet",
        "no runs in group 'night'",
    ]


def test_a_late_watchdog_is_told_with_its_cure(cell, capsys):
    found = ls.perform(cell, ls.Request())
    show.warning(dataclasses.replace(found, warning=None))
    assert capsys.readouterr().err == ""
    show.warning(dataclasses.replace(found, warning="the last tick was yesterday"))
    assert "the last tick was yesterday" in (words := capsys.readouterr().err) and "doctor --as-cron" in words


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_a_status_has_what_it_rests_on(cell, name, capsys):
    found = status.perform(cell, status.Request(name))
    show.status(found)
    printed = capsys.readouterr().out
    assert found.id in printed and found.phase in printed and found.state in printed
    assert printed.count("  attempt ") == min(1, len(found.attempts)) or len(found.attempts) > 1
