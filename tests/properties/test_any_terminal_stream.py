"""Emulator and reader on arbitrary bytes, cut anywhere."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from workcell.terminal.log_reader import Reader, Screen, readable

CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
words = st.sampled_from(["a", "word ", "漢", "é", "e\u0301", "\u0301", "\u200d", "⠋", "x" * 45, "\x85", " "]).map(
    str.encode
)
marks = st.sampled_from(
    [
        b"\r",
        b"\n",
        b"\n",
        b"\r\n",
        b"\t",
        b"\b",
        b"\x1b[A",
        b"\x1b[2K",
        b"\x1b[K",
        b"\x1b[J",
        b"\x1b[2J",
        b"\x1b[H",
        b"\x1b[31m",
        b"\x1b[?1049h",
        b"\x1b[?1049l",
        b"\x1b]0;t\x07",
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1bP",
        b"\xe6",
        b"\xff",
        b"\x1b[3;2r",
        b"\x1b[2;4r",
        b"\x1b[?7l",
        b"\x1b[4h",
        b"\x1b[5;5H",
        b"\x1bM",
        b"\x1bc",
        b"\x1b[99b",
        b"\x1b[3L",
        b"\x1b[3M",
        b"\x1b[3P",
        b"\x1b[3@",
        b"\x1b[3X",
        b"\x1b[2S",
        b"\x1b[2T",
        b"\x1b[1J",
        b"\x1b[1K",
        b"\x1b7",
        b"\x1b8",
    ]
)
streams = st.lists(words | words | marks | st.binary(max_size=4), max_size=60).map(b"".join)
plain = st.lists(words | st.sampled_from([b"\n", b"\n", b"\t", b"\x1b[1m", b"\r\n"]), max_size=30).map(b"".join)
mixed = st.lists(plain.map(lambda text: text * 5) | streams, max_size=6).map(b"".join)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]


places = st.lists(st.integers(0, 10_000), max_size=6)


@given(streams, places)
def test_a_screen_does_not_depend_on_how_the_bytes_come(data: bytes, places: list[int]) -> None:
    whole, parts = Screen(9, 4), Screen(9, 4)
    whole.feed(data)
    for part in cut(data, places):
        parts.feed(part)
    assert whole.lines() == parts.lines()
    assert whole.take_scrollback() == parts.take_scrollback()
    assert (whole.cursor, whole.title, whole.alternate) == (parts.cursor, parts.title, parts.alternate)


@given(st.binary(max_size=300) | streams, st.integers(1, 5), st.integers(1, 3))
def test_a_screen_keeps_its_size_whatever_it_is_fed(data: bytes, columns: int, rows: int) -> None:
    shown = Screen(columns, rows)
    for at in range(0, len(data), 7):
        shown.feed(data[at : at + 7])
        lines = shown.lines()
        assert len(lines) == rows
        assert all(len(row) <= columns for row in shown._grid)
        assert 0 <= shown.cursor[0] < rows and 0 <= shown.cursor[1] < columns
    for line in readable([data], columns, rows):
        assert not CONTROLS.search(line)


@settings(max_examples=300)
@given(mixed, places)
def test_readable_lines_do_not_depend_on_how_the_log_is_cut(data: bytes, places: list[int]) -> None:
    slow = Reader(9, 3)  # everything through the emulator
    slow.feed(data)
    slow.close()
    expected = slow.take()
    reader, lines = Reader(9, 3), []
    for part in cut(data, places):
        reader.read(part)
        lines += reader.take()
    reader.close()
    assert lines + reader.take() == expected
    assert list(readable(filter(None, cut(data, places)), 9, 3)) == expected


modes = [
    b"",
    b"\x1b[2;1H",
    b"a\r\n\x1b[2J\x1b[H",
    b"\x1b[?7l",
    b"\x1b[4h",
    b"\x1b[2;3r",
    b"\x1b[?1049h",
    b"\x1b]0;",
]
lines = st.lists(st.sampled_from(["a", "", "word two", "x" * 30, "漢字", "\tt", "b  "]), min_size=8, max_size=12)


@settings(max_examples=300)
@example(b"a" + b"x" * 45 + b"\x1b[2T", b"", ["a"] * 8)  # a line whose rest was pushed off the screen
@given(streams, st.sampled_from(modes), lines)
def test_plain_lines_read_the_same_past_the_emulator(before: bytes, mode: bytes, lines: list[str]) -> None:
    block = ("\n".join(lines) + "\n").encode()
    slow, fast = Reader(9, 3), Reader(9, 3)
    for reader in (slow, fast):
        reader.feed(before + mode)
    slow.feed(block)
    fast.read(block)
    assert fast.lines() == slow.lines()
    for reader in (slow, fast):
        reader.close()
    assert fast.take() == slow.take()
