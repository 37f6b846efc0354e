"""workcell launch in this process: one brief, several, and what is refused before anything is made."""

import json
from pathlib import Path

import pytest

from workcell.faces.cli import app
from workcell.rundir import look, phase


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)
    return lab


def launched(*words):
    return app.main(["launch", *words, "--no-window"])


def test_it_prints_the_id_or_the_document(cell, capfd):
    brief = cell.brief(name="one")
    assert launched(brief, "--prepare") == 0
    [run] = cell.runs()
    assert capfd.readouterr().out.strip() == run.rpartition("/")[2] and look.at(run).phase == phase.CREATED
    assert launched(brief, "--repo", cell.new_repo(), "--prepare", "--json", "--label", "a", "--group", "g") == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "workcell.launch/1"


def test_it_waits_and_says_how_it_ended(cell, capfd):
    assert launched(cell.brief(verify="false", name="bad"), "--wait") == 1
    said = capfd.readouterr()
    assert "failed" in said.err and "hint: workcell handoff" in said.err
    assert launched(cell.brief(name="good"), "--wait", "--json") == 0
    assert json.loads(capfd.readouterr().out)["state"] == "passed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dirty", "maybe"], "--dirty cannot be 'maybe'"),
        (["--wait", "--prepare"], "leave one of them out"),
    ],
)
def test_options_that_do_not_go_together(cell, capfd, words, said):
    assert launched(cell.brief(), *words) == 2
    assert said in capfd.readouterr().err and cell.runs() == []


def test_what_would_be_launched_is_shown_and_not_made(cell, capfd):
    assert launched(cell.brief("echo the-command", name="dry"), "--dry-run") == 0
    said = capfd.readouterr().out
    assert "the-command" in said and "objective" in said
    assert launched(cell.brief(name="dry"), "--dry-run", "--json") == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "workcell.launch-dry-run/1"
    assert cell.runs() == []


def test_several_briefs_are_checked_and_launched(cell, capfd):
    briefs = [cell.brief(name=f"b{n}") for n in range(2)]
    repos = [cell.new_repo() for _ in briefs]
    text = "".join(f"  - brief: {brief}\n    repo: {repo}\n" for brief, repo in zip(briefs, repos, strict=True))
    file = Path(cell.top, "night.yaml")
    file.write_text("group: night\nbriefs:\n" + text)
    assert launched(str(file), "--name", "x") == 2
    assert "are for one brief" in capfd.readouterr().err
    assert launched(str(file), "--dry-run") == 0
    assert cell.runs() == [] and capfd.readouterr().out
    assert launched(str(file), "--wait") == 0
    assert len(cell.runs()) == 2 and {look.at(run).outcome for run in cell.runs()} == {"passed"}
    capfd.readouterr()
    assert launched(str(file), "--json") == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "workcell.launch/1" and len(cell.runs()) == 2, (
        "they have runs"
    )
