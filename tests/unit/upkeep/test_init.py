"""init writes the rules of a repository once, from what the repository is."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import NotFound
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.upkeep import init


def perform(lab, repo=None, here="/"):
    return init.perform(Cell(lab.home, {}, str(here)), init.Request(repo))


def test_the_home_and_the_rules_are_made_once(lab):
    Path(lab.repo, "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    first = perform(lab, lab.repo)
    assert os.path.exists(os.path.join(lab.home, layout.FORMAT_FILE))
    assert any("pytest" in command for command in first.tests) and first.written
    rules = Path(lab.repo, "SUPERVISOR.md")
    rules.write_text(rules.read_text() + "mine\n")
    perform(lab, lab.repo)
    assert rules.read_text().endswith("mine\n"), "nothing of a person's is written over"


def test_outside_of_a_repository(lab, tmp_path):
    with pytest.raises(NotFound, match="not in a git repository"):
        perform(lab, str(tmp_path))
    with pytest.raises(NotFound, match="no directory"):
        perform(lab, str(tmp_path / "none"))
    perform(lab, here=tmp_path)
    assert os.listdir(tmp_path) == []
