"""workcell approvals in this process: as a person types it, at three widths."""

import json
from pathlib import Path

import pytest

from workcell.approvals import decide, journal
from workcell.faces.cli import app, out
from workcell.terminal import printable

VERB = "approvals"


def ruled(home, text):
    file = Path(home, "rules", "approvals.yaml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_command_is_tried_against_the_rules(home, ask):
    ruled(home, "allow: [git status *]\ndeny: [{command: git push, why: a person pushes}]\n")
    code, printed, _ = ask("test", "git status && git push")
    assert code == 0 and printed.splitlines()[:2] == ["deny  rules/approvals.yaml:2: a person pushes", "risk: network"]
    said = json.loads(ask("test", "git status $X", "--json")[1])
    assert (said["answer"], said["unread"]) == (None, "it has an expansion")
    assert "no rule" in ask("test", "ls")[1]


def test_without_rules_it_says_so(ask):
    assert "no rules hold here" in ask("test", "ls")[1]


def test_faulty_rules_are_named_with_their_line(home, ask):
    ruled(home, "allow:\n  - bash *\n")
    code, _, complained = ask("test", "ls")
    assert code == 78 and "approvals.yaml:2" in complained and "'bash'" in complained


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_parts_fit_the_screen(home, ask, columns, monkeypatch):
    monkeypatch.setattr(out, "columns", lambda stream=None: columns)  # as on a terminal of that width
    ruled(home, "allow: [git status *]\n")
    _, printed, _ = ask("test", "git status --short --branch --untracked-files=all; git diff --stat --summary x y z")
    rows = printed.splitlines()[-3:]
    assert len(rows) == 3 and all(printable.width(row) <= columns for row in rows), rows


def test_nothing_waits(ask):
    assert ask() == (0, "", "nothing waits for a yes or no\n")
    assert json.loads(ask("ls", "--json")[1])["approvals"] == []


def test_the_lint_of_the_config_finds_faults_of_rules(home, capfd):
    ruled(home, "allow:\n  - bash *\n")
    assert app.main(["config", "lint"]) == 1
    assert "approvals.yaml:2" in capfd.readouterr().out


def decided(home, answer, told, words):
    found = decide.Answer(answer, "low", "rules/approvals.yaml:1")
    journal.intent(home, journal.line(journal.Decided("r", 1, "Bash", {"command": words}, None, found, told)))


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_decisions_fit_the_screen(home, ask, columns, monkeypatch):
    monkeypatch.setattr(out, "columns", lambda stream=None: columns)  # as on a terminal of that width
    assert ask("log")[2].startswith("nothing was decided yet")
    decided(home, "allow", "allow", "git status --short --branch --untracked-files=all --porcelain=v2")
    decided(home, "ask", "deny", "git commit")
    rows = ask("log")[1].splitlines()
    assert len(rows) == 3 and all(printable.width(row) <= columns for row in rows), rows
    assert "ask: deny" in rows[2]
