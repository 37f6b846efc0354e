"""workcell fsck in this process: what it prints, and what a person is asked before files are accepted."""

import os
import pty
import sys
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.faces.cli import app
from workcell.rundir import layout, look


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of which a sealed file was changed."""
    home = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", home)
    monkeypatch.setenv("NO_COLOR", "1")
    found = frozen.run_of(home, "frozen-two")
    Path(look.at(found).directory, layout.RESULT).write_text("{}")
    return found


def test_damage_is_named_and_the_code_says_so(run, capfd):
    assert app.main(["fsck", "frozen-two"]) == 1
    said = capfd.readouterr()
    assert "result.json" in said.out and "1 run checked, 1 with problems" in said.err


def test_accept_needs_a_run_and_somebody_to_ask(run, capfd):
    assert app.main(["fsck", "--accept"]) == 2
    assert "--accept needs RUN" in capfd.readouterr().err
    assert app.main(["fsck", "frozen-two", "--accept"]) == 2
    said = capfd.readouterr().err
    assert "result.json" in said and "there is no terminal to ask at" in said


@pytest.mark.parametrize("keys", [b"n\n", b"y\n"])
def test_a_person_is_asked_on_a_terminal(run, capfd, monkeypatch, keys):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as reads:
        monkeypatch.setattr(sys, "stdin", reads)
        os.write(ours, keys)
        code = app.main(["fsck", "frozen-two", "--accept"])
    os.close(ours)
    assert "Take these files as they are now?" in "".join(capfd.readouterr())
    assert (code == 130) == (keys == b"n\n")
