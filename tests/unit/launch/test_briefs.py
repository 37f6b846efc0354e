"""Briefs written once, and checked."""

from pathlib import Path

import pytest

from workcell.base.errors import Usage, WorkcellError
from workcell.launch import briefs
from workcell.rundir.cell import Cell


def test_a_brief_is_written_once_and_its_gaps_are_found(lab, monkeypatch):
    monkeypatch.chdir(lab.top)
    cell = Cell(lab.home, lab.env(), lab.top)
    asked = briefs.NewRequest("the list is sorted", verify="true", recipe="shell", done=("a", "b"))
    path = briefs.perform_new(cell, asked).file
    assert path == "the-list-is-sorted.md" and "the list is sorted" in Path(path).read_text()
    with pytest.raises(WorkcellError, match="is there already"):
        briefs.new(cell, briefs.NewRequest("the list is sorted", recipe="shell"))
    with pytest.raises(Usage):
        briefs.new(cell, briefs.NewRequest("two\nlines"))
    with pytest.raises(WorkcellError, match="cannot write"):
        briefs.write_new("/nonexistent/x.md", "text")
    [checked] = briefs.lint(lab.home, [path])
    assert checked.file == path and checked.findings
    result = briefs.perform_lint(cell, briefs.LintRequest((path,)))
    assert result.errors + result.warnings == len(checked.findings) == len(result.files[0].findings)
