"""Frames of a terminal, and the way from one to the next in another terminal."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from workcell.sessions import frames
from workcell.sessions.recording import Piece
from workcell.terminal.styled import StyledScreen

SEQUENCES = st.sampled_from(
    [b"\x1b[H", b"\x1b[2J", b"\x1b[K", b"\x1b[31m", b"\x1b[48;5;200m", b"\x1b[0m", b"\x1b[3;5H", b"\x1b[?1049h", b"\r\n", b"\x1b[?1049l", b"\x1b[2;3r", b"\x1b[M", b"\x1b[L", b"\t", b"\x1b]0;title\x07", b"\x1b[c", "é漢".encode(), b"\x1b[7m"]
)  # fmt: skip
DATA = st.lists(SEQUENCES | st.text("abc xyz", min_size=1, max_size=12).map(str.encode), max_size=12).map(b"".join)


def test_a_frame_is_what_stands_when_the_next_time_comes():
    found = list(frames.frames([Piece(0, None, b"a"), Piece(0, None, b"b"), Piece(1, None, b"c")], 10, 3))
    assert [(frame.at, frame.lines[0].text, frame.cursor) for frame in found] == [(0, "ab", (0, 2)), (1, "abc", (0, 3))]


def test_what_changes_nothing_is_no_frame():
    found = frames.frames([Piece(0, None, b"a"), Piece(1, None, b"\x1b[m"), Piece(2, None, b"b")], 10, 3)
    assert [frame.at for frame in found] == [0, 2]


@example([(b"a", (1, 1)), (b"\t", None), (b"", (3, 1))])
@given(st.lists(st.tuples(DATA, st.none() | st.tuples(st.integers(1, 20), st.integers(1, 6))), min_size=1, max_size=8))
def test_another_terminal_shows_every_frame_and_gets_nothing_but_text_and_places(pieces):
    recorded = [Piece(float(at), size, data) for at, (data, size) in enumerate(pieces)]
    other, before = StyledScreen(12, 4), None
    for frame in frames.frames(recorded, 12, 4):
        sent = frames.change(before, frame)
        assert not re.sub(r"\x1b\[[0-9;]*[mHJK]", "", sent).count("\x1b")
        if (other.columns, other.rows) != (frame.columns, frame.rows):
            other.resize(frame.columns, frame.rows)
        other.feed(sent.encode())
        assert [line.runs for line in other.styled_lines()] == [line.runs for line in frame.lines]
        assert other.cursor == frame.cursor
        before = frame


def test_a_smaller_terminal_shows_the_rows_around_the_last_one_used():
    [frame] = frames.frames([Piece(0, None, "one\r\ntwo\r\nth漢漢\r\n\x1b[31mfour five".encode())], 20, 8)
    fits = frames.fitted(frame, 5, 2)
    assert [line.text for line in fits.lines] == ["th漢", "four "] and fits.cursor == (1, 4)
    assert fits.lines[1].runs[0][1].text == 1
    fits = frames.fitted(frame, 40, 10)
    assert [line.text for line in fits.lines[:5]] == ["one", "two", "th漢漢", "four five", ""] and len(fits.lines) == 10
