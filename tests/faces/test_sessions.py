"""The table of sessions on a terminal of 40, 80 and 120 columns."""

import re
from pathlib import Path

import pytest

from tests.support import driven
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.terminal import printable


@pytest.fixture
def kept(lab):
    person = Path(lab.person)
    Claude(cwd="/w/shop").prompt("fix the login \x1b[2J of the shop, and its \u202etests").said("Done.").keep(person)
    Codex(cwd="/w/docs", source="exec").prompt("write the page on searching").keep(person)
    return lab


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_table_fits(kept, columns):
    terminal = driven.Driven(kept.words("sessions"), kept.env(), columns, 30, cwd=kept.top)
    try:
        text = terminal.sees("claude:", "codex:", "fix the")
        assert ("VIA" in text, "WHERE" in text) == (columns > 40, columns > 40)
        assert columns == 40 or "headless" in text
        lines = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", terminal.written.decode()).split("\r\n")
        assert max(map(printable.width, lines)) <= columns
        assert "\u202e" not in terminal.written.decode() and "\x1b[2J" not in terminal.written.decode()
    finally:
        terminal.close()


def test_the_directories_of_the_agents_stay_as_they_are(kept):
    before = tree(Path(kept.person))
    kept.workcell("sessions", "--all", "--json")
    kept.workcell("sessions", "--live")
    assert tree(Path(kept.person)) == before


def test_without_sessions_it_says_so(lab):
    assert "no agent program has kept a session" in lab.workcell("sessions").stderr
    assert "no sessions fit" in lab.workcell("sessions", "--agent", "codex").stderr
    assert "names no word" in lab.workcell("sessions", "--about", " ", code=2).stderr
    ran = lab.workcell("sessions", "--agent", "parrot", code=66)
    assert "no agent is named 'parrot'" in ran.stderr
