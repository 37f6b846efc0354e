"""The command line in this process: what each verb prints, its exit code, its one JSON document."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen, runs
from workcell.faces.cli import app
from workcell.rundir import layout, look, phase


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("WORKCELL_HOME", path)
    monkeypatch.setenv("NO_COLOR", "1")
    return path


@pytest.fixture
def ask(capfd):
    """Run one command line; (exit code, what it printed, what it complained)."""

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(list(words))
        return code, *capfd.readouterr()

    return run


LOOKING = (
    "ls", "ls --all", "status frozen-two", "status frozen-tampered", "status frozen-created", "status frozen-lost",
    "what frozen-two", "why frozen-two", "why frozen-unverified", "judge frozen-two", "handoff frozen-two",
    "events frozen-two", "recipe ls", "recipe show claude", "playbook ls", "playbook show usage-limit",
    "gc", "fsck", "notify ls", "watchdog status", "trust ls",
)  # fmt: skip


@pytest.mark.parametrize("words", LOOKING)
def test_looking_prints_and_changes_nothing(home, ask, words):
    before = frozen.state(home)
    code, said, complained = ask(*words.split())
    assert code in (0, 1) and (said + complained).strip()
    assert "Traceback" not in complained and "\x1b" not in said
    assert frozen.state(home) == before


@pytest.mark.parametrize("words", [words for words in LOOKING if "show" not in words and words != "events frozen-two"])
def test_with_json_there_is_one_document(home, ask, words):
    code, said, complained = ask(*words.split(), "--json")
    assert code in (0, 1), complained
    assert json.loads(said)["schema"].startswith("workcell.")


def test_logs_in_parts_and_raw(home, ask):
    whole = ask("logs", "frozen-two")
    assert whole[0] == 0
    assert ask("logs", "frozen-two", "-n", "1")[1] in whole[1]
    assert ask("logs", "frozen-two", "--attempt", "1", "--raw")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("status nothing-like-it", 66, "no such run"),
        ("status 2026", 2, "fits"),
        ("no-such-verb", 2, "no-such-verb"),
        ("status --for", 2, ""),
        ("ls --no-such-option", 2, "--no-such-option"),
        ("stop frozen-two --grace soon", 2, ""),
        ("attach frozen-created", 77, "cannot attach"),
        ("resume frozen-two", 77, ""),
        ("launch /nonexistent.md", 66, ""),
        ("recipe show none", 66, ""),
    ],
)
def test_an_error_has_its_code_and_one_document(home, ask, words, code, said):
    found = ask(*words.split())
    assert found[0] == code and said in found[2] and found[1] == ""
    if words.startswith("attach"):
        return  # it prints no document: the terminal is its result
    found = ask(*words.split(), "--json")
    document = json.loads(found[1] or found[2])
    assert (document["schema"], document["exit"]) == ("workcell.error/1", code)


def test_a_bug_leaves_a_report(home, ask, monkeypatch):
    monkeypatch.setattr(app, "get_command", lambda found: 1 / 0)
    code, _, complained = ask("ls")
    assert code == 70 and "ZeroDivisionError" in complained
    [report] = os.listdir(os.path.join(home, layout.CRASHES))
    assert "Traceback" in Path(home, layout.CRASHES, report).read_text()


def test_help_and_version(home, ask):
    assert ask("--version")[1].startswith("workcell ")
    assert "launch" in ask("help")[1]
    assert ask("launch", "--help")[0] == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(home, ask, shell):
    code, said, _ = ask("completion", shell)
    assert code == 0 and "workcell" in said


def test_a_hold_is_put_shown_and_released(home, ask):
    assert ask("release", "frozen-created")[0] == 0
    code, said, _ = ask("hold", "frozen-created", "--why", "look first", "--for", "2h", "--json")
    assert code == 0 and json.loads(said)["held"] is True
    assert json.loads(ask("status", "frozen-created", "--json")[1])["hold"]["why"] == "look first"
    assert ask("release", "frozen-created")[0] == 0


def test_what_is_over_is_removed_when_a_person_says_so(home, ask):
    code, said, _ = ask("gc", "--older-than", "0s", "--yes", "--json")
    assert code == 0 and [item for item in json.loads(said)["items"] if item["done"] == "removed"]
    assert len(os.listdir(os.path.join(home, layout.RUNS))) == len(frozen.OPEN)


def test_damage_is_found_and_mended(home, ask):
    run = frozen.run_of(home, "frozen-two")
    Path(look.at(run).directory, layout.RESULT).write_text("{}")
    assert ask("fsck", "frozen-two")[0] == 1
    code, said, _ = ask("fsck", "frozen-two", "--rebuild")
    assert code == 0 and "result.json" in said
    assert ask("fsck", "frozen-two")[0] == 0


def test_briefs_are_written_and_checked(home, ask):
    assert ask("brief", "new", "--objective", "the list is sorted", "--recipe", "shell", "--verify", "true")[0] == 0
    assert Path("the-list-is-sorted.md").exists()
    code, said, complained = ask("brief", "lint", "the-list-is-sorted.md")
    assert code in (0, 1) and said + complained
    Path("bad.md").write_text("---\nobjectve: x\n---\n")
    code, said, complained = ask("brief", "lint", "bad.md")
    assert code == 1 and "objectve" in said + complained


def test_recipes_playbooks_and_adapters_are_checked(home, ask):
    for verb, name, text in (
        ("recipe", "bad.yaml", "comand: [x]\n"),
        ("playbook", "bad.md", "---\nname: other\n---\n"),
        ("notify", "bad.yaml", "name: x\nuses: nothing\n"),
    ):
        Path(name).write_text(text)
        code, said, complained = ask(verb, "lint", name)
        assert code == 1 and said + complained, verb
    assert ask("skill", "--dir", ".")[0] in (0, 2)


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.top)
    return lab


def test_a_run_from_launch_to_its_end(cell, ask):
    brief = cell.brief("echo done > made", "test -e made", name="life")
    code, said, complained = ask("launch", brief, "--repo", cell.repo, "--no-window", "--dry-run")
    assert code == 0 and "life" in said and cell.runs() == [], complained
    code, said, complained = ask("launch", brief, "--repo", cell.repo, "--no-window", "--wait")
    assert code == 0 and "passed" in said + complained
    assert ask("wait", "life", "--timeout", "5s")[0] == 0
    assert "passed" in ask("ls")[1]
    assert ask("verify", "life")[0] == 0
    assert ask("stop", "life")[0] == 0


def test_a_failed_run_is_resumed(cell, ask):
    brief = cell.brief("echo x >> count", 'test "$(wc -l < count)" -ge 2', name="twice")
    assert ask("launch", brief, "--repo", cell.repo, "--no-window", "--wait")[0] == 1
    assert "attempt 1" in ask("resume", "twice", "--dry-run")[1]
    assert ask("resume", "twice", "--no-window")[0] == 0
    assert ask("wait", "twice", "--timeout", "60s")[0] == 0


def test_a_live_run_is_stopped_and_not_resumed(cell, ask):
    run = runs.start(cell, cell.brief("exec sleep 600", name="long"))
    cell.phase(run, phase.RUNNING)
    assert ask("wait", "long", "--timeout", "0.2s")[0] == 124
    assert ask("resume", "long", "--no-window")[0] == 75
    assert ask("send", "long", "words")[0] == 0, "it waits for the next attempt"
    code, said, complained = ask("stop", "long", "--grace", "1s")
    assert code == 0 and "stopped" in said + complained


def test_several_runs_at_once(cell, ask):
    Path(cell.top, "night.yaml").write_text(
        "group: night\nruns:\n" + "".join(f"  - brief: {cell.brief(name=f'n{n}')}\n" for n in range(2))
    )
    code, said, complained = ask("launch", "night.yaml", "--repo", cell.repo, "--no-window", "--prepare")
    assert code in (0, 2, 78), (said, complained)


def test_rules_trust_and_snapshots(cell, ask):
    assert ask("init", "--repo", cell.repo)[0] == 0 and Path(cell.repo, "SUPERVISOR.md").exists()
    recipes = Path(cell.repo, ".workcell", "recipes")
    recipes.mkdir(parents=True)
    (recipes / "ours.yaml").write_text("extends: shell\ncommand: [true]\n")
    assert ask("trust", "add", cell.repo, "--yes")[0] == 0
    assert ask("trust", "show", cell.repo)[0] == 0
    assert cell.repo in ask("trust", "ls")[1]
    assert ask("trust", "rm", cell.repo)[0] == 0
    assert ask("salvage", "ls", "--repo", cell.repo)[0] == 0
    assert ask("salvage", "show", "--repo", cell.repo)[0] == 66


def test_doctor_says_what_is_there(cell, ask):
    code, said, complained = ask("doctor", "--json")
    assert code in (0, 1), complained
    assert {"python", "git", "home"} <= {line["name"] for line in json.loads(said)["lines"]}


def test_an_option_without_its_value_is_shown_with_one(home, ask):
    for words in (("launch", "-m"), ("launch", "--from"), ("wait", "--timeout")):
        code, _, complained = ask(*words)
        assert code == 2 and f"hint: workcell {' '.join(words)} " in complained


def test_a_wrong_name_of_a_saved_brief_is_told_by_the_option_that_gave_it(home, ask, tmp_path):
    (tmp_path / "b.md").write_text("---\nobjective: x\n---\n")
    code, _, complained = ask("brief", "save", str(tmp_path / "b.md"), "--as", "../x")
    assert code == 78 and "--as: '../x' cannot be a name" in complained


@pytest.mark.parametrize("words", [("rm", "-rf", "x"), ("--", "rm", "-rf", "x")])
def test_a_command_line_without_quotes_is_shown_with_them(home, ask, words):
    code, _, said = ask("approvals", "test", *words)
    assert code == 2 and said.endswith("hint: workcell approvals test 'rm -rf x'\n") and "in quotes" in said


def test_outside_of_a_run_children_asks_whose(home, ask):
    code, _, said = ask("children")
    assert code == 66 and "whose children" in said and "workcell children -" in said and "'self'" not in said
