"""Cells know the colours that they were written in, and the text stays that of the plain emulator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.terminal import styled
from workcell.terminal.emulator import Screen
from workcell.terminal.styled import PLAIN, Style, StyledScreen


def rows(data, columns=20, height=4):
    shown = StyledScreen(columns, height, newline=True)
    shown.feed(data)
    return [line.runs for line in shown.styled_lines()]


@pytest.mark.parametrize(
    ("sequence", "style"),
    [
        ("31", Style(text=1)),
        ("92", Style(text=10)),
        ("44", Style(ground=4)),
        ("103", Style(ground=11)),
        ("1;3;4", Style(marks=frozenset({"bold", "italic", "underline"}))),
        ("1;22", PLAIN),
        ("7;27", PLAIN),
        ("31;39;44;49", PLAIN),
        ("31;0", PLAIN),
        ("38;5;1", Style(text=1)),
        ("38;5;196", Style(text="#ff0000")),
        ("48;5;244", Style(ground="#808080")),
        ("38;2;1;2;3", Style(text="#010203")),
        ("38;5;999", PLAIN),
        ("38;2;1", PLAIN),
        ("38", PLAIN),
        ("58", PLAIN),
    ],
)
def test_a_sequence_sets_the_style(sequence, style):
    assert rows(f"\x1b[{sequence}mx".encode())[0] == [("x", style)]


def test_text_in_two_colours_is_two_pieces():
    assert rows(b"a\x1b[32mbc\x1b[0md")[0] == [("a", PLAIN), ("bc", Style(text=2)), ("d", PLAIN)]


def test_what_is_written_over_has_the_new_colour():
    assert rows(b"\x1b[31mabc\x1b[0m\rX")[0] == [("X", PLAIN), ("bc", Style(text=1))]


def test_erased_cells_are_plain():
    assert rows(b"\x1b[31mabc\x1b[2K")[0] == []


def test_a_wide_character_keeps_its_colour():
    assert rows("\x1b[35m漢字\x1b[m!".encode())[0] == [("漢字", Style(text=5)), ("!", PLAIN)]


def test_a_tab_is_a_blank_of_its_width():
    assert "".join(text for text, _ in rows(b"a\tb")[0]) == "a       b"


@given(
    st.lists(
        st.sampled_from(
            [b"word ", b"\x1b[31m", b"\x1b[1;44m", b"\n", b"\r", b"\x1b[3D", b"\x1b[K", b"\x1b[?1049h", b"\xe6\xbc\xa2"]
        )
    )
)
def test_the_text_is_that_of_the_plain_emulator(pieces):
    data = b"".join(pieces)
    plain = Screen(12, 4, newline=True)
    plain.feed(data)
    assert ["".join(text for text, _ in runs).rstrip(" ") for runs in rows(data, 12)] == plain.lines()


@given(st.lists(st.integers(-5, 300), max_size=12))
def test_any_numbers_give_a_style(numbers):
    assert isinstance(styled.restyled(PLAIN, numbers), Style)


@pytest.mark.parametrize(
    "sequence", ["31", "92", "44", "103", "1;2;3;4;7", "38;2;1;2;3", "48;2;250;0;7", "1;38;5;200;41"]
)
def test_ansi_shows_the_same_again(sequence):
    before = rows(f"\x1b[{sequence}mab\x1b[0m c".encode())
    assert rows(styled.ansi(styled.Line(before[0])).encode()) == before


def test_a_reset_of_the_terminal_resets_the_style():
    assert rows(b"\x1b[31m\x1bcx")[0] == [("x", PLAIN)]


def test_a_smaller_terminal_keeps_the_rows_above_the_cursor_and_a_larger_one_gets_blank_rows():
    shown = StyledScreen(10, 4)
    shown.feed(b"one\r\n\x1b[31mtwo two\x1b[0m\r\nthree")
    shown.resize(5, 2)
    assert shown.lines() == ["two t", "three"] and shown.cursor == (1, 4)
    assert shown.styled_lines()[0].runs[0][1].text == 1
    shown.resize(12, 3)
    shown.feed(b"\r\nfour")
    assert shown.lines() == ["two t", "three", "four"]


def test_a_full_screen_and_the_scroll_below_it_take_over_the_size():
    shown = StyledScreen(10, 3)
    shown.feed(b"a\r\nb\r\nc\x1b[?1049h\x1b[2;3r\x1b[Hfull screen")
    shown.resize(4, 2)
    assert shown.lines() == ["full", "n"]
    shown.feed(b"\x1b[?1049l")
    assert len(shown.lines()) == 2 and shown.lines()[-1] == "c"
