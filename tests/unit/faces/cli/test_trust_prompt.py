"""Showing what a repository brings and asking whether to trust it, on a terminal and without one."""

import os
import pty
import sys
from pathlib import Path

import pytest

from workcell.faces.cli import app, trust_prompt
from workcell.rundir.cell import Cell
from workcell.trust import requests, trust


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)
    recipes = Path(lab.repo, ".workcell", "recipes")
    recipes.mkdir(parents=True)
    (recipes / "own.yaml").write_text("extends: shell\n")
    Path(lab.repo, "SUPERVISOR.md").write_text("---\nsetup:\n  - make\n---\nRules.\n")
    return Cell(lab.home, lab.env(), lab.repo)


@pytest.fixture
def typed(monkeypatch):
    """Makes a terminal standard input and standard error, and types into it."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as reads, open(os.ttyname(theirs), "w") as writes:

        def write(keys: bytes) -> None:
            monkeypatch.setattr(sys, "stdin", reads)
            monkeypatch.setattr(sys, "stderr", writes)
            os.write(ours, keys)

        yield write
    os.close(ours)


def shown(cell):
    return requests.perform_show(cell, requests.ShowRequest())


def test_each_new_thing_is_shown_with_its_first_lines(cell, capfd):
    trust_prompt.show(shown(cell))
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].endswith("brings what runs or steers, and no one has trusted it yet:")
    assert lines[1].startswith("  new: .workcell/recipes/own.yaml (sha256 ") and lines[2] == "    | extends: shell"
    assert lines[3] == "  new: SUPERVISOR.md setup: make"


@pytest.mark.parametrize(("keys", "answer"), [(b"y\n", True), (b"YES\n", True), (b"n\n", False), (b"\n", False)])
def test_only_a_yes_accepts(cell, typed, keys, answer):
    typed(keys)
    assert trust_prompt.on_terminal()
    assert trust_prompt.ask(shown(cell)) is answer


def test_what_was_refused_for_want_of_trust_is_tried_again_after_a_yes(cell, typed):
    tried = []

    def act():
        tried.append(True)
        found = trust.look(cell.home, cell.directory)
        if found.unknown:
            raise trust.Untrusted(found, "cure")
        return "done"

    typed(b"y\n")
    assert trust_prompt.asking(act, quiet=False) == "done" and len(tried) == 2


@pytest.mark.parametrize("quiet", [True, False])
def test_a_no_or_a_program_that_asks_leaves_it_refused(cell, typed, quiet):
    def act():
        raise trust.Untrusted(trust.look(cell.home, cell.directory), "cure")

    typed(b"n\n")
    with pytest.raises(trust.Untrusted):
        trust_prompt.asking(act, quiet=quiet)


def test_the_verb_needs_a_terminal_or_a_yes(cell, capfd):
    assert app.main(["trust"]) == 77
    complained = capfd.readouterr().err
    assert "own.yaml" in complained and "there is no terminal to ask at" in complained
    assert app.main(["trust", "--yes"]) == 0
    said = capfd.readouterr()
    assert said.out.endswith(": trusted: 2 things\n") and "extends: shell" in said.err
    assert app.main(["trust", "--yes"]) == 0
    assert capfd.readouterr().out.endswith("all that it brings is trusted\n")


def test_the_verb_asks_on_a_terminal(cell, typed):
    typed(b"n\n")
    assert app.main(["trust"]) == 77
    typed(b"y\n")
    assert app.main(["trust"]) == 0
    assert not shown(cell).unknown
