"""config lint of rules: names of tools that no program has, and what was checked."""

import os
from pathlib import Path

import pytest

from workcell.approvals import lint_rules, rules


def linted(tmp_path: Path, text: str, theirs: str | None = None) -> lint_rules.Linted:
    home, repo = str(tmp_path / "home"), str(tmp_path / "repo")
    for path, words in ((rules.home_file(home), text), (rules.repository_file(repo), theirs)):
        if words is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Path(path).write_text(words)
    return lint_rules.lint(home, repo)


@pytest.mark.parametrize(
    ("tool", "near"),
    [
        ("bash", "'Bash' of Claude Code and Codex"),
        ("Bsh", "'Bash' of Claude Code and Codex"),
        ("webfetch", "'WebFetch' of Claude Code"),
        ("aply_patch", "'apply_patch' of Codex"),
    ],
)
def test_a_misspelt_tool_is_a_fault_with_the_nearest_known_one(tmp_path: Path, tool: str, near: str) -> None:
    found = linted(tmp_path, f"allow: [ls]\ndeny:\n  - tool: {tool}\n    command: [rm *, mv *]\n")
    [fault] = map(str, found.faults)
    assert "approvals.yaml:3: no agent program" in fault and repr(tool) in fault and f"did you mean {near}?" in fault
    assert [one.rules for one in found.files] == [3]


def test_tools_of_servers_patterns_and_known_ones_are_good_and_strange_ones_are_told(tmp_path: Path) -> None:
    found = linted(tmp_path, "deny: [{tool: [mcp__db__drop, 'mcp__*', 'Web*', Edit, apply_patch, Zoological]}]\n")
    assert found.faults == [] and [one.message for one in found.unknown] == [
        "no agent program is known to have a tool 'Zoological'"
    ]


def test_a_command_with_the_name_of_a_tool_is_a_fault(tmp_path: Path) -> None:
    [fault] = linted(tmp_path, "deny: [WebFetch]\n").faults
    assert fault.cure == "write: tool: WebFetch"
    assert linted(tmp_path, "deny: [shell x]\n").faults == []


def test_a_recipe_that_there_is_not_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    text = "deny:\n  - {command: git push, recipe: [claud, 'codex*']}\n  - {command: [rm, mv], recipe: [claud, own-thing]}\n"
    found = linted(tmp_path, text)
    [fault], [strange] = map(str, found.faults), map(str, found.unknown)
    assert "approvals.yaml:2: no recipe is named 'claud', so the rule holds for no run" in fault
    assert "did you mean 'claude'?" in fault and "approvals.yaml:3: no recipe is named 'own-thing'" in strange
    elsewhere = linted(tmp_path, "deny: [{command: x, recipe: [claude-x, 'nothing*'], repo: /elsewhere}]\n")
    assert elsewhere.faults == [] and len(elsewhere.unknown) == 2
    own = tmp_path / "repo" / ".workcell" / "recipes" / "claud.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("command: [x]\n")
    assert linted(tmp_path, text).faults == [], "the repository around has it"


def test_both_files_are_checked_and_counted(tmp_path: Path) -> None:
    found = linted(tmp_path, "allow: [ls, make]\n", "deny: [{tool: bash}]\n")
    assert [(os.path.basename(os.path.dirname(one.file)), one.rules) for one in found.files] == [
        ("rules", 2),
        (".workcell", 1),
    ]
    assert [fault.file for fault in found.faults] == [found.files[1].file]
    broken = linted(tmp_path, "allow: [ls\n", None)
    assert broken.faults and broken.files[0].rules == 0
