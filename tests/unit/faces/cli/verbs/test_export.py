"""The verb export: into a file that is whole or not there, and what it says of it."""

import json
import os

import pytest
from typer.testing import CliRunner

from tests.support import recorded_runs as made
from workcell.base.errors import CannotCreate, NotFound, Usage
from workcell.faces.cli.verbs import export
from workcell.rundir import layout, look

TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def run(tmp_path, monkeypatch):
    path = made.recorded(tmp_path, transcript=made.lines(made.prompt("Fix it"), made.said(f"Used {TOKEN}.")))
    monkeypatch.setenv("WORKCELL_HOME", made.home_of(path))
    monkeypatch.chdir(tmp_path)
    return path


def ask(*words, fails=None):
    ran = CliRunner().invoke(export.app, list(words))
    if fails is not None:
        assert isinstance(ran.exception, fails), ran.output
        return ran.exception
    assert ran.exit_code == 0, ran.exception
    return ran


def test_the_name_of_the_file_says_the_form(run, tmp_path):
    ran = ask(run, "-o", "talk.jsonl")
    first = json.loads((tmp_path / "talk.jsonl").read_text().splitlines()[0])
    assert first["schema"] == "workcell.export/1"
    assert os.stat("talk.jsonl").st_mode & 0o777 == 0o600
    assert "talk.jsonl: " in ran.stderr and "2 × what looks like a secret of kind github" in ran.stderr
    assert ask(run, "-o", "talk", "--as", "md") and (tmp_path / "talk").read_text().startswith("# ")


def test_a_file_that_is_there_stays_unless_forced(run, tmp_path):
    (tmp_path / "mine.md").write_text("mine")
    assert "is there" in str(ask(run, "-o", "mine.md", fails=CannotCreate))
    assert (tmp_path / "mine.md").read_text() == "mine"
    ask(run, "-o", "mine.md", "--force")
    assert "Fix it" in (tmp_path / "mine.md").read_text()


def test_what_fails_leaves_nothing_behind(run, tmp_path):
    before = sorted(os.listdir(tmp_path))
    ask(run, "--attempt", "9", "-o", "talk.md", fails=NotFound)
    ask(run, "-o", "no/such/talk.md", fails=CannotCreate)
    ask(run, "--as", "pdf", "-o", "talk.md", fails=Usage)
    assert "-o FILE" in str(ask(run, "--json", fails=Usage).hint)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_name_that_ends_like_no_form_is_refused_unless_the_form_is_said(run, tmp_path):
    refused = ask(run, "-o", "talk.pdf", fails=Usage)
    assert ".pdf" in str(refused) and ".md, .html, .jsonl, .cast" in refused.hint
    assert not (tmp_path / "talk.pdf").exists()
    assert ask(run, "-o", "talk.txt", "--as", "md") and (tmp_path / "talk.txt").read_text().startswith("# ")


def test_raw_says_that_it_may_hold_secrets(run, tmp_path):
    assert "may hold secrets" in ask(run, "--raw", "-o", "talk.md").stderr
    assert TOKEN in (tmp_path / "talk.md").read_text()


def test_nothing_of_the_run_is_changed(run):
    directory = layout.attempt(run, look.at(run).n)
    before = {name: os.stat(os.path.join(directory, name)).st_mtime_ns for name in os.listdir(directory)}
    ask(run, "-o", "talk.md")
    assert {name: os.stat(os.path.join(directory, name)).st_mtime_ns for name in os.listdir(directory)} == before
