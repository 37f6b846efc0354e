"""The table of accounts on a terminal: it fits, and what is held is named with what lets it go."""

import os
import re

import pytest

from tests.support import driven
from tests.support.lab import Lab
from workcell.accounts import holds
from workcell.rundir import look
from workcell.terminal import printable


@pytest.fixture(scope="module")
def held():
    """A lab with an account that is held, and a run that waits for it."""
    lab = Lab()
    try:
        brief = lab.brief("true", name="one", recipe="  reader: claude")
        first = lab.launch(brief, "--wait")
        name = holds.account(first, look.at(first).attempt)
        by = {"run": os.path.basename(first), "attempt": 1, "playbook": "usage-limit"}
        until = "2999-01-01T00:00:00.000Z"
        why = "usage limit: the limit of five hours is used up, and it resets in the night"
        holds.put(lab.home, name, {"until": "resets", "until_at": until, "why": why, "by": by, "login": None})
        waits = lab.launch(lab.brief("true", name="two", recipe="  reader: claude"), repo=lab.new_repo())
        yield lab, name, os.path.basename(waits)
    finally:
        lab.close()


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_table_fits_and_names_the_command(held, columns):
    lab, name, waits = held
    terminal = driven.Driven(lab.words("accounts"), lab.env(), columns, 30, cwd=lab.top)
    try:
        text = terminal.sees(name, "next", "let it go", waits)
        assert f"workcell release {waits}" in " ".join(text.split())
        assert "ACCOUNT" in text and "STATE" in text and ("AGENT" in text) == (columns > 40)
        assert "used up, and it resets in the night" in " ".join(text.split())
        written = driven_lines(terminal)
        assert max(map(printable.width, written)) <= columns
    finally:
        terminal.close()


def driven_lines(terminal):
    """What was written, without the sequences that colour it."""
    return re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", terminal.written.decode()).split("\r\n")


def test_without_runs_it_says_so(lab):
    ran = lab.workcell("accounts")
    assert ran.stdout == "" and "no account is known" in ran.stderr
