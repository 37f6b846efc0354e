"""workcell brief in this process: what is written, kept and launched by name, and the next step that is named."""

import json
from pathlib import Path

import pytest

from workcell.faces.cli import app

TEXT = "---\nobjective: Fix %{issue}\nparams: {issue: , time: 2h}\nrecipe: {extends: shell, command: 'true'}\n---\n"


@pytest.fixture
def ask(lab, monkeypatch, capfd):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.top)
    Path("fix.md").write_text(TEXT)

    def run(*words):
        capfd.readouterr()
        code = app.main(list(words))
        return code, *capfd.readouterr()

    return run


def test_a_saved_brief_is_listed_shown_and_launched_as_the_hint_says(lab, ask):
    code, said, complained = ask("brief", "save", "fix.md", "--as", "again")
    assert (code, said) == (0, f"{lab.home}/briefs/again.md\n")
    assert "next: workcell launch --from again --set issue=VALUE" in complained
    assert "issue, time (2h)" in ask("brief", "ls")[1] and ask("brief", "show", "again")[1] == TEXT
    code, said, _ = ask("launch", "--from", "again", "--set", "issue=7", "--repo", lab.repo, "--dry-run", "--json")
    assert code == 0 and json.loads(said)["values"]["objective"] == "Fix 7"
    documents = [json.loads(ask("brief", *words, "--json")[1]) for words in (("ls",), ("show", "again"))]
    assert [one["schema"] for one in documents] == ["workcell.brief-ls/1", "workcell.brief-show/1"]
    assert documents[0]["briefs"][0]["params"] == [
        {"name": "issue", "default": None, "help": None},
        {"name": "time", "default": "2h", "help": None},
    ]


def test_without_saved_briefs_it_says_how_to_keep_one(ask):
    assert "workcell brief save FILE" in ask("brief", "ls")[2]


def test_a_new_brief_fits_its_recipe_and_names_the_next_step(lab, ask):
    code, said, complained = ask("brief", "new", "new one.md", "--objective", "o", "--recipe", "shell")
    assert (code, said) == (
        0,
        "new one.md\n",
    ) and "next: edit 'new one.md', then: workcell launch 'new one.md'" in complained
    text = Path("new one.md").read_text()
    assert "  extends: shell\n  command:" in text and "## Steps" not in text
    assert "still stands here" in ask("launch", "new one.md")[2]
    Path(lab.home).mkdir(exist_ok=True)
    Path(lab.home, "config.yaml").write_text("recipe: runbook\n")
    assert ask("brief", "new", "steps.md", "--objective", "o")[0] == 0 and "## Steps" in Path("steps.md").read_text()


def test_a_run_is_named_after_the_file_of_its_brief(lab, ask):
    Path("Fix Login.md").write_text("---\nobjective: the login works\nrecipe: {extends: shell, command: 'true'}\n---\n")
    for words, name in (((), "fix-login"), (("--name", "other"), "other")):
        said = ask("launch", "Fix Login.md", "--repo", lab.repo, "--dry-run", "--json", *words)[1]
        assert json.loads(said)["values"]["name"] == name
    said = ask("launch", "--repo", lab.repo, "--dry-run", "--json", "--", "make", "it")[1]
    assert json.loads(said)["values"]["name"] == "make-it"


def test_a_recipe_without_a_command_says_where_it_comes_from(ask):
    assert (
        "the command comes from the brief, as 'recipe: {extends: shell, command:" in ask("recipe", "show", "shell")[1]
    )
    assert "the command comes" not in ask("recipe", "show", "runbook")[1]


def test_a_directory_without_playbooks_is_a_fault(lab, ask):
    code, said, _ = ask("playbook", "lint", lab.marks)
    assert code == 1 and "there is no playbook in this directory" in said


def test_missing_values_are_told_with_the_line(lab, ask):
    ask("brief", "save", "fix.md")
    code, said, complained = ask("launch", "--from", "fix", "--repo", lab.repo, "--no-window")
    assert (code, said) == (78, "") and "fix.md:3: parameter 'issue' has no value" in complained
    assert ask("launch", "--from", "none", "--no-window")[0] == 66 and lab.runs() == []
