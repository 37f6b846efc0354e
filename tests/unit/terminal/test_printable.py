"""Text made safe for one line, and bytes made safe for a terminal."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.terminal.printable import clip, folded, printable, strip_control, width

any_text = st.text(st.characters(codec=None, categories=None), max_size=80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, größe 漢字 🚀", "plain text, größe 漢字 🚀"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[31mred\x9b\x7f", "\\x1b[31mred\\x9b\\x7f"),
        ("user\u202etxt.exe\u2069", "user\\u202etxt.exe\\u2069"),
        ("one\u2028two", "one\\u2028two"),
        ("half \ud83d", "half \\ud83d"),
        ("zero\u200bwidth\ufeff\U000e0041", "zero\\u200bwidth\\ufeff\\U000e0041"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_what_is_unsafe_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(any_text)
def test_printable_is_one_encodable_line_and_is_stable(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not any(
        unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for char in shown
    )
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("a\u200db", 2), ("🚀", 2), ("", 0), ("ｱ", 1), ("ü…", 2)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("漢字漢字", 5, "漢字…"),
        ("漢字漢字", 6, "漢字…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_clip(text: str, columns: int, cut: str) -> None:
    assert clip(text, columns) == cut


@given(any_text, st.integers(-2, 30))
def test_clip_fits_and_keeps_what_fits(text: str, columns: int) -> None:
    cut = clip(text, columns)
    assert width(cut) <= max(columns, 0)
    assert cut == text or text.startswith(cut.removesuffix("…"))
    if width(text) <= columns:
        assert cut == text


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b"\x1b[1;31mred\x1b[0m\n", b"red\n"),
        (b"\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", b"alinkb"),
        (b"a\x1bP1$qm\x1b\\b\x1b_Gi=1;AA\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e\x1bkname\x1b\\f", b"abcdef"),
        (b"\x1b[6n\x1b[c\x1b[>q\x1b[?2026$p\x1bZ\x05", b""),
        (b"\x1b(Ba\x1b#8b\x1b7c\x1b=d", b"abcd"),
        (b"\x9b6na\x9d0;t\x9cb\xc2\x9b31mc\xc2\x9d0;t\xc2\x9cd", b"abcd"),
        ("✳ größe 漢\t字\n".encode(), "✳ größe 漢\t字\n".encode()),
        (b"\xe2\x9c half \xff", "\ufffd half \ufffd".encode()),
        (b"a\x1b]0;no end\nnext line", b"a\nnext line"),
        (b"\xc2\x1b[m\x9b6n", "\ufffd".encode()),
        (b"a\x1b[3\n1mb\x1b", b"a\n1mb"),
        (b"a\r\nb\x08\x00c\x7f", b"a\nbc"),
    ],
)
def test_control_sequences_go(data: bytes, left: bytes) -> None:
    assert strip_control(data) == left


pieces = st.sampled_from(
    [
        b"\x1b",
        b"[",
        b"]",
        b"P",
        b"0;",
        b"6n",
        b"\x07",
        b"\x1b\\",
        b"\x9b",
        b"\x9c",
        b"\x9d",
        b"\xc2",
        b"\xe2\x9c",
        b"\xb3",
        b"\n",
        b"\t",
        b"\r",
        b"m",
        b"text",
        b"\x18",
        b"\xff",
        b"\x7f",
        b"\x00",
    ]
)


@given(st.lists(pieces | st.binary(max_size=5), max_size=40).map(b"".join))
def test_nothing_that_is_left_speaks_to_a_terminal(data: bytes) -> None:
    left = strip_control(data)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", left.decode())
    assert left.count(b"\n") == data.count(b"\n")
    assert strip_control(left) == left


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t")))
def test_text_survives_whole(text: str) -> None:
    assert strip_control(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("abc", ["abc"]),
        ("abcdefgh", ["abcd", "efgh"]),
        ("abc漢d", ["abc", "漢d"]),
        ("e\u0301bcde", ["e\u0301bcd", "e"]),
    ],
)
def test_a_text_is_folded_as_a_terminal_wraps_it(text, pieces):
    assert folded(text, 4) == pieces
