"""approvals test: the rule that would fire, asked from a repository."""

import os
from pathlib import Path

import pytest

from workcell.approvals import rules, try_rules
from workcell.base.errors import NotFound, Usage
from workcell.rundir.cell import Cell


@pytest.fixture
def cell(tmp_path):
    home, tree = tmp_path / "home", tmp_path / "tree"
    tree.mkdir()
    file = Path(rules.home_file(str(home)))
    file.parent.mkdir(parents=True)
    file.write_text("allow: [git status *, {tool: Edit, path: src/**}]\ndeny: [{command: git push, why: no}]\n")
    return Cell(str(home), {}, str(tree))


def test_the_rule_that_fires_is_named(cell):
    found = try_rules.perform(cell, try_rules.Request("git status; git push"))
    assert (found.answer, found.rule, found.why, found.rules) == ("deny", "rules/approvals.yaml:2", "no", 3)
    assert [(one.command, one.answer) for one in found.parts] == [("git status", "allow"), ("git push", "deny")]
    assert try_rules.perform(cell, try_rules.Request("git status $X")).unread == "it has an expansion"


def test_a_tool_is_compared_with_paths(cell):
    def said(path):
        return try_rules.perform(cell, try_rules.Request(tool="Edit", path=path)).answer

    assert (said("src/a.py"), said("a.py"), said("src/../../x")) == ("allow", None, None)


def test_the_rules_of_the_repository_around_count(cell):
    os.mkdir(os.path.join(cell.directory, ".workcell"))
    Path(rules.repository_file(cell.directory)).write_text("ask: [git status]\n")
    assert try_rules.perform(cell, try_rules.Request("git status")).answer == "ask"


def test_rules_for_recipes_that_there_are_not_are_told(cell):
    assert try_rules.perform(cell, try_rules.Request("git push")).notes == []
    Path(rules.home_file(cell.home)).write_text("deny: [{command: git push, recipe: claud}]\n")
    found = try_rules.perform(cell, try_rules.Request("git push", recipe="claude"))
    assert found.answer is None and "named 'claud'" in found.notes[0] and "did you mean 'claude'?" in found.notes[0]
    with pytest.raises(NotFound, match="no recipe named 'claud'") as raised:
        try_rules.perform(cell, try_rules.Request("git push", recipe="claud"))
    assert raised.value.hint == "did you mean 'claude'?"


def test_bad_questions(cell):
    with pytest.raises(Usage):
        try_rules.perform(cell, try_rules.Request())
    with pytest.raises(NotFound):
        try_rules.perform(cell, try_rules.Request("x", dir="/nonexistent"))
