"""Recipes listed, shown, checked, and as a script to run by hand."""

import subprocess
from pathlib import Path

import pytest

from workcell.base.errors import Usage
from workcell.rundir.cell import Cell
from workcell.upkeep import recipe_catalog


def test_recipes_are_listed_shown_and_checked(lab, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names = {row.name for row in recipe_catalog.ls(lab.home)}
    assert {"claude", "codex", "runbook", "shell"} <= names
    shown = recipe_catalog.show(lab.home, "claude-tui")
    assert shown.values["io"] == "terminal" and "# " in shown.text
    bad = tmp_path / "bad.yaml"
    bad.write_text('command: [agent, "{{ no_such_variable }}"]\n')
    assert any("no_such_variable" in line for line in recipe_catalog.lint(lab.home, [str(bad)]))
    bad.write_text("comand: [agent]\n")
    assert any("comand" in line for line in recipe_catalog.lint(lab.home, [str(bad)]))
    assert recipe_catalog.lint(lab.home, [str(tmp_path / "none.yaml")])


def test_by_hand_is_a_script_that_bash_can_read(lab):
    cell = Cell(lab.home, lab.env(), lab.repo)
    script = recipe_catalog.by_hand(cell, "shell", lab.brief("echo it > made", "test -e made"), lab.repo)
    assert script.startswith("#!/usr/bin/env bash")
    path = Path(lab.top, "by-hand.sh")
    path.write_text(script)
    ran = subprocess.run(["bash", str(path)], env=lab.env(), capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    assert Path(lab.repo, "made").read_text() == "it\n"


def test_the_operations_give_what_their_functions_give(lab, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cell = Cell(lab.home, lab.env(), lab.repo)
    listed = recipe_catalog.perform_ls(cell, recipe_catalog.LsRequest())
    assert listed.ignored == [] and "shell" in {row.name for row in listed.recipes}
    shown = recipe_catalog.perform_show(cell, recipe_catalog.ShowRequest("shell"))
    assert isinstance(shown, recipe_catalog.Shown) and shown.name == "shell"
    with pytest.raises(Usage, match="--sh needs a brief"):
        recipe_catalog.perform_show(cell, recipe_catalog.ShowRequest("shell", sh=True))
    brief = lab.brief("true", "true")
    script = recipe_catalog.perform_show(cell, recipe_catalog.ShowRequest("shell", True, brief, lab.repo))
    assert isinstance(script, recipe_catalog.ByHand) and script.sh.startswith("#!")
    bad = tmp_path / "bad.yaml"
    bad.write_text("comand: [agent]\n")
    [fault, *_] = recipe_catalog.perform_lint(cell, recipe_catalog.LintRequest((str(bad),))).faults
    assert "comand" in fault
