"""What search prints on a terminal of 40, 80 and 120 columns, and in a pipe."""

import json
import re
from pathlib import Path

import pytest

from tests.support import driven, json_schema
from tests.support.agent_sessions import Claude
from tests.support.lab import ROOT
from workcell.terminal import printable


@pytest.fixture
def kept(lab):
    talk = Claude(cwd="/w/shop").prompt("fix the \x1b[2J login of the \u202e shop " + "and more words " * 20)
    talk.said("The login works.").keep(Path(lab.person))
    return lab


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_hits_fit_and_stand_below_their_conversation(kept, columns):
    terminal = driven.Driven(kept.words("search", "login"), kept.env(), columns, 30, cwd=kept.top)
    try:
        text = terminal.sees("claude:", "answer   The login works.", "prompt   fix the")
        assert text.index("claude:") < text.index("answer") < text.index("prompt")
        written = terminal.written.decode()
        assert "\u202e" not in written and "\x1b[2J" not in written and "\x1b[1mlogin" in written
        lines = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", written).split("\r\n")
        assert max(map(printable.width, lines)) <= columns
    finally:
        terminal.close()


def test_json_lines_are_as_their_schema_says_and_nothing_found_is_said(kept):
    schema = json.loads((ROOT / "docs" / "operations" / "results" / "search-hit.json").read_text())
    lines = kept.workcell("search", "login", "--json").stdout.splitlines()
    assert len(lines) == 2 and not [fault for line in lines for fault in json_schema.faults(json.loads(line), schema)]
    assert "nothing was found" in kept.workcell("search", "nowhere").stderr
    assert "--last N shows more" in kept.workcell("search", "login", "-n", "1").stderr
    assert "one of: prompt" in kept.workcell("search", "login", "--in", "prose", code=2).stderr
