"""Briefs written once, and checked."""

from pathlib import Path

import pytest

from workcell.base.errors import Usage, WorkcellError
from workcell.launch import briefs


def test_a_brief_is_written_once_and_its_gaps_are_found(lab, monkeypatch):
    monkeypatch.chdir(lab.top)
    path = briefs.new(briefs.Request(lab.home, "the list is sorted", verify="true", recipe="shell", done=["a", "b"]))
    assert path == "the-list-is-sorted.md" and "the list is sorted" in Path(path).read_text()
    with pytest.raises(WorkcellError, match="is there already"):
        briefs.new(briefs.Request(lab.home, "the list is sorted", recipe="shell"))
    with pytest.raises(Usage):
        briefs.new(briefs.Request(lab.home, "two\nlines"))
    with pytest.raises(WorkcellError, match="cannot write"):
        briefs.write_new("/nonexistent/x.md", "text")
    [checked] = briefs.lint(lab.home, [path])
    assert checked.file == path and checked.findings
    document = briefs.document_of([checked])
    assert document
