"""What can be played of an attempt."""

import json
import os

import pytest

from tests.support import recorded_runs as made
from tests.unit.sessions.test_turns import prompt, said
from tests.unit.views.test_export import exported
from workcell.base.errors import Refused
from workcell.rundir import layout, look
from workcell.views import recordings

TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def drawn(tmp_path):
    """A run of a terminal: a word, a token, and the same in another size, each a second after the other."""
    log = b"\x1b]52;c;Zm9v\x07\x1b[31mred\x1b[0m \xc3\xa9", b"\r\n" + TOKEN.encode(), b"\x1b[2J\x1b[Hlast"
    run = made.recorded(tmp_path, b"".join(log), io="terminal", terminal={"columns": 80, "rows": 5, "term": "xterm"})
    lines = b"1000 %d\n1000 %d\n60x8\n1000 %d\n" % tuple(map(len, log))
    with open(os.path.join(layout.attempt(run, look.at(run).n), layout.AGENT_TIMES), "wb") as file:
        file.write(lines)
    return run


def test_a_conversation_is_told_at_the_times_of_its_events(tmp_path):
    records = made.lines(prompt("Fix it", 0), said(f"Done with {TOKEN}.", 9), prompt("More", 70))
    text, _ = exported(made.recorded(tmp_path, transcript=records), "cast")
    events = [json.loads(line) for line in text.splitlines()[1:]]
    assert [(at, words.strip()) for at, _, words in events if words.strip()] == [
        (0, "> Fix it"),
        (10, "Done with [redacted:github]."),
        (70, "> More"),
    ]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"reader": "none"}, "neither a terminal nor"),
        ({"io": "terminal", "terminal": {"columns": 9, "rows": 9}}, "without times"),
    ],
)
def test_what_cannot_be_played_says_why(tmp_path, more, why):
    with pytest.raises(Refused, match=why):
        exported(made.recorded(tmp_path, b"text", **more), "cast")


def test_a_terminal_has_frames_and_its_bytes(drawn):
    record = recordings.Recording(look.at(drawn), look.at(drawn).n)
    assert (record.drawn, record.columns, record.rows) == (True, 80, 5)
    assert [(frame.at, frame.columns) for frame in record.frames()] == [(1, 80), (2, 80), (3, 60)]
    assert record.taken == {"github": 1}
    assert TOKEN.encode() in b"".join(piece.data for piece in record.pieces())
