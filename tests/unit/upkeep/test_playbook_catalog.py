"""Playbooks listed, shown, checked and tried."""

from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound
from workcell.rundir.cell import Cell
from workcell.upkeep import playbook_catalog

GOLDEN = Path(__file__).resolve().parents[2] / "data/golden"
BOOK = "---\nname: mine\nversion: 1\nwhen: {verdict: [usage_limit]}\ndo:\n  - escalate: {why: me}\n---\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_shipped_ones_have_no_faults(tmp_path):
    rows, faults = playbook_catalog.ls(str(tmp_path))
    assert faults == [] and len(rows) > 10
    assert all(row.origin == "shipped" and row.steps for row in rows)
    path, text = playbook_catalog.show(str(tmp_path), rows[0].name)
    assert playbook_catalog.lint([path]) == ([path], []) and text.startswith("---")
    assert playbook_catalog.lint([str(Path(path).parent)])[1] == []
    with pytest.raises(NotFound):
        playbook_catalog.show(str(tmp_path), "none")


def test_faults_name_their_file(tmp_path):
    bad = tmp_path / "bad.md"
    bad.write_text("---\nname: other\n---\n")
    assert playbook_catalog.lint([str(bad), str(tmp_path / "none.md")])[1]
    assert all(str(tmp_path) in fault.file for fault in playbook_catalog.lint([str(bad)])[1])


def test_a_recording_and_a_run_are_tried(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    recorded = str(GOLDEN / "claude" / "five-hour-limit")
    [tried] = playbook_catalog.test(home, [recorded], agent="claude", extra=[], phase="interrupted")
    assert (tried.playbook, tried.fits) == ("usage-limit", ["verdict: usage_limit"])
    assert tried.verdict == "usage_limit" and tried.steps
    run = frozen.run_of(home, "frozen-unverified")
    [tried] = playbook_catalog.test(home, [run], agent="claude", extra=[], phase="interrupted")
    assert tried.path == run and 0 <= tried.confidence <= 1


def test_the_operations_give_what_their_functions_give(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = Cell(str(tmp_path), {}, str(tmp_path))
    listed = playbook_catalog.perform_ls(cell, playbook_catalog.LsRequest())
    assert listed.faults == listed.ignored == [] and listed.playbooks
    [orphan] = [row for row in listed.playbooks if row.name == "orphan"]
    assert orphan.when and all(orphan.when.values()), "only what is given"
    shown = playbook_catalog.perform_show(cell, playbook_catalog.ShowRequest("orphan"))
    assert shown.path == orphan.path and "name: orphan" in shown.text
    request = playbook_catalog.LintRequest((shown.path, str(tmp_path / "none.md")))
    [fault] = playbook_catalog.perform_lint(cell, request).faults
    assert "none.md" in fault


def test_a_name_that_is_not_the_files_is_a_fault(tmp_path):
    path, text = playbook_catalog.show(str(tmp_path), "orphan")
    other = tmp_path / "other.md"
    other.write_text(text)
    _, [fault] = playbook_catalog.lint([str(other)])
    assert "the file is named 'other', and 'name' says 'orphan'" in str(fault)
    assert playbook_catalog.lint([path])[1] == []


def test_without_a_file_all_that_hold_here_are_checked(tmp_path, monkeypatch):
    home, repo = tmp_path / "home", tmp_path / "repo"
    for folder in (home / "recovery", repo / ".workcell" / "recovery", repo / ".git"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(repo)
    monkeypatch.setattr(playbook_catalog.recipe_catalog, "project", lambda: str(repo))
    cell = Cell(str(home), {}, str(repo))
    clean = playbook_catalog.perform_lint(cell, playbook_catalog.LintRequest())
    assert clean.faults == clean.ignored == [] and len(clean.checked) > 10
    mine, theirs = home / "recovery" / "orphan.md", repo / ".workcell" / "recovery" / "new.md"
    mine.write_text("---\nname: orphan\nversion: 1\n---\n")
    theirs.write_text("---\nname: new\nversoin: 1\n---\n")
    (repo / ".workcell" / "recovery" / "looping.md").write_text("---\n---\n")
    found = playbook_catalog.perform_lint(cell, playbook_catalog.LintRequest())
    assert {fault.partition(":")[0] for fault in found.faults} == {str(mine), str(theirs)}
    assert {str(mine), str(theirs)} <= set(found.checked) and len(found.checked) == len(clean.checked) + 1
    assert len(found.ignored) == 1 and "looping.md" in found.ignored[0]
