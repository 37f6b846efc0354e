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


def test_a_misspelt_recipe_is_named_with_the_other_faults(lab):
    path = Path(lab.top, "b.md")
    path.write_text("---\nobjective: x\nrepo: nowhere\nrecipe: cluade\nlimit: 1\n---\n")
    [checked] = briefs.lint(lab.home, [str(path)])
    errors = [(one.fault.line, one.fault.message) for one in checked.findings if one.level == briefs.ERROR]
    assert [line for line, _ in errors] == [None, 4, 5]
    assert "no recipe named 'cluade'" in errors[1][1]


def test_a_placeholder_is_an_error_and_a_text_about_placeholders_is_none(lab):
    path = Path(lab.top, "b.md")
    path.write_text("---\nobjective: Find each FILL IN\nrecipe: claude\n# FILL IN: later\n---\nFILL IN: why\n")
    [checked] = briefs.lint(lab.home, [str(path)])
    errors = [one.fault.line for one in checked.findings if one.level == briefs.ERROR]
    assert errors == [6]


def test_a_front_matter_that_cannot_be_read_is_the_only_fault_that_is_told(lab):
    path = Path(lab.top, "b.md")
    path.write_text("---\nobjective: x\nrecipe: [claude\nverify: 'true'\n---\nWords.\n")
    [checked] = briefs.lint(lab.home, [str(path)])
    [only] = checked.findings
    assert only.fault.message.startswith("YAML: ") and only.fault.line == 4
