"""An export as an asciicast: in the times and sizes of the terminal, without a byte of the program's own."""

import json

from tests.unit.views.test_export import exported
from tests.unit.views.test_recordings import TOKEN, drawn
from workcell.rundir import look
from workcell.sessions.recording import Piece
from workcell.views import export_cast

__all__ = ["drawn"]


def test_a_cast_has_the_times_the_sizes_and_no_byte_of_the_program(drawn):
    text, found = exported(drawn, "cast")
    head, *events = map(json.loads, text.splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 80, 5)
    assert [(event[0], event[1]) for event in events] == [(1, "o"), (2, "o"), (3, "r"), (3, "o")]
    assert events[0][2] == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[K\x1b[31mred\x1b[0m é\x1b[1;6H"
    assert "[redacted:github]" in events[1][2] and TOKEN not in text and "]52" not in text
    assert events[2][2] == "60x8" and "last" in events[3][2]
    assert [(one.kind, one.count) for one in found.taken_out] == [("github", 1)]
    assert found.attempts == [look.at(drawn).n]


def test_a_raw_cast_has_the_bytes(drawn):
    text, _ = exported(drawn, "cast", raw=True)
    events = [json.loads(line) for line in text.splitlines()[1:]]
    assert events[0] == [1.0, "o", "\x1b]52;c;Zm9v\x07\x1b[31mred\x1b[0m é"] and TOKEN in text


def test_letters_that_are_cut_between_two_pieces_are_whole():
    lines = export_cast.raw([Piece(0, None, b"\xc3"), Piece(1, (9, 9), b"\xa9"), Piece(2, None, b"\xc3")])
    assert [json.loads(line) for line in lines] == [[1, "r", "9x9"], [1, "o", "é"], [2, "o", "\ufffd"]]
