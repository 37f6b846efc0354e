"""workcell adopt in this process: what it prints of a session that goes on in a run, and of one that would not."""

import json
import time
from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude
from workcell.faces.cli import app


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """A session of Claude Code that ended two minutes ago."""
    person, tree = tmp_path / "person", tmp_path / "tree"
    person.mkdir()
    tree.mkdir()
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(person))
    monkeypatch.setenv("WORKCELL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    session = Claude(cwd=str(tree)).prompt("fix the login").said("Which one?")
    session.keep(person, time.time() - 120)
    return session


def test_a_dry_run_says_where_it_would_go_on_and_leaves_nothing(talk, tmp_path, capfd):
    assert app.main(["adopt", talk.id, "--dry-run", "-m", "The first one.", "--verify", "true"]) == 0
    said = capfd.readouterr().out
    assert f"goes on with claude:{talk.id}" in said and "The first one." in said
    assert not Path(tmp_path, "home", "runs").exists()


def test_a_dry_run_as_a_document(talk, capfd):
    assert app.main(["adopt", talk.id, "--dry-run", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["schema"] == "workcell.adopt-dry-run/1" and found["session"] == talk.id


def test_a_session_that_is_not_there_is_named_and_nothing_is_made(talk, tmp_path, capfd):
    assert app.main(["adopt", "claude:nobody"]) == 66
    assert "claude:nobody" in capfd.readouterr().err and not Path(tmp_path, "home", "runs").exists()
