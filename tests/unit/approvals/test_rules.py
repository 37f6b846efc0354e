"""rules/approvals.yaml: what is read, what is a fault, and for which runs a rule holds."""

import os

import pytest

from workcell.approvals import lint_rules, rules
from workcell.texts.document import Faulty


@pytest.mark.parametrize(
    "text, words",
    [
        ("allow: [git status; rm x]", "no pattern of one plain command"),
        ("allow: ['git $X']", "no pattern of one plain command"),
        ('allow: ["git \'x"]', "cannot be read"),
        ("allow: [bash *]", "runs other programs"),
        ("allow: [sudo make *]", "runs other programs"),
        ("allow: [{tool: Bash}]", "names commands"),
        ("allow: [{why: x}]", "says nothing"),
        ("allow: [{command: x, path: y}]", "not both"),
        ("deny: [{command: x, even_risky: true}]", "means nothing"),
        ("deny: [{path: ../x}]", "'..'"),
        ("denny: [x]", "unknown key 'denny'"),
        ("allow: [{comand: x}]", "unknown key 'comand'"),
        ("allow: [3]", "must be a command"),
        ("allow: [x\n", "YAML"),
        ("deny: ['bash(rm *)']", "write: tool: bash, and below it command: 'rm *'"),
        ("deny: [{tool: 'Bash(rm *)'}]", "is no name of a tool"),
        ("allow:\n" + "".join(f"  - c{n}\n" for n in range(501)), "more than 500 rules"),
    ],
)
def test_faults_name_what_is_wrong(text, words):
    _, faults = rules.parse(text, "f.yaml")
    assert any(words in str(fault) for fault in faults), faults


def test_an_exact_command_of_a_runner_can_be_allowed():
    assert not rules.parse("allow: [env A=b make]", "f.yaml")[1]
    assert not rules.parse("deny: [bash *]", "f.yaml")[1]


def test_a_repository_only_narrows():
    for text in ("allow: [ls]", "deny: [{command: x, repo: y}]"):
        assert rules.parse(text, "f.yaml", foreign=True)[1]
    assert not rules.parse("deny: [x]\nask: [y]", "f.yaml", foreign=True)[1]


def test_rules_hold_for_their_repository_and_recipe():
    text = "deny:\n  - {command: [a, b], recipe: claude*}\n  - {command: c, repo: /src/*}\n"
    found, _ = rules.parse(text, "rules/approvals.yaml")

    def names(repo, recipe):
        return [one["command"][0] for one in rules.applying(found, repo, recipe, repo)]

    assert names("/src/app", "claude-tui") == ["a", "b", "c"]
    assert names("/src/app", "codex") == ["c"]
    assert names("/src", "codex") == []


def test_paths_begin_at_the_tree_or_the_persons_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert rules.absolute("src/*", "/t") == "/t/src/*"
    assert rules.absolute("src/", "/t") == "/t/src/**"
    assert rules.absolute("/etc/*", "/t") == "/etc/*"
    assert rules.absolute("~/x", "/t") == "/home/me/x"


def written(tmp_path, home=None, repo=None):
    for path, text in (
        (rules.home_file(str(tmp_path / "h")), home),
        (rules.repository_file(str(tmp_path / "r")), repo),
    ):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text is not None:
            with open(path, "w") as file:
                file.write(text)
    return str(tmp_path / "h"), str(tmp_path / "r")


def test_what_is_pinned_has_both_files_and_nothing_without_a_rule(tmp_path):
    home, repo = written(tmp_path)
    assert rules.read(home, repo).pinned(repo, "claude", repo) is None
    written(tmp_path, "allow: [ls]\n", "deny: [git push]\n")
    pinned = rules.read(home, repo).pinned(repo, "claude", repo)
    assert pinned is not None and pinned["home_sha256"]
    assert [one["where"] for one in (*pinned["home"], *pinned["repository"])] == [
        "rules/approvals.yaml:1",
        ".workcell/approvals.yaml:1",
    ]


def test_faulty_rules_are_raised_and_listed(tmp_path):
    home, repo = written(tmp_path, "allow: [bash *]\n")
    with pytest.raises(Faulty):
        rules.read(home, repo).pinned(repo, "claude", repo)
    assert len(lint_rules.lint(home, repo).faults) == 1
