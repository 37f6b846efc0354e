"""Screens and readable logs on small, hand-written streams."""

import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from workcell.terminal.log_reader import Reader, Screen, readable, screen


def read(*chunks: bytes, columns: int = 40, rows: int = 5) -> list[str]:
    return list(readable(chunks, columns, rows))


def test_the_last_frame_without_blank_rows_at_its_end() -> None:
    assert screen(b"one\r\ntwo\x1b[H\x1b[2Kthree", 20, 5) == ["three", "two"]
    assert screen(b"one\ntwo\n", 20, 5, newline=True) == ["one", "two"]
    assert screen(b"one\ntwo", 20, 5) == ["one", "   two"]
    assert screen(b"") == []


def test_title_paste_mode_alternate_and_cursor() -> None:
    shown = Screen(20, 5)
    shown.feed("\x1b]2;⠋ repo\x07\x1b[?2004;1049h\x1b[3;4Hab".encode())
    assert (shown.title, shown.bracketed_paste, shown.alternate, shown.cursor) == (
        "⠋ repo",
        True,
        True,
        (2, 5),
    )
    shown.feed(b"\x1b]0;done\x1b\\\x1b[?2004l\x1b[?1049l")
    assert (shown.title, shown.bracketed_paste, shown.alternate, shown.cursor) == (
        "done",
        False,
        False,
        (0, 0),
    )


def test_rows_that_scroll_off_can_be_taken_once() -> None:
    shown = Screen(5, 2)
    shown.feed(b"a\r\nb\r\nc\r\nd")
    assert (shown.take_scrollback(), shown.lines()) == (["a", "b"], ["c", "d"])
    shown.feed(b"\x1b[?1049h1\r\n2\r\n3\r\n4\x1b[?1049l\x1b[2J")
    assert (shown.take_scrollback(), shown.take_scrollback()) == (["c", "d"], [])


def test_half_of_a_wide_character_written_over_leaves_blanks() -> None:
    assert screen("漢字\x1b[2GX".encode(), 10, 2) == [" X字"]
    assert screen("漢字\rX".encode(), 10, 2) == ["X 字"]
    assert screen("漢字\x1b[2G\x1b[P".encode(), 10, 2) == [" 字"]
    assert screen("漢字\x1b[2G\x1b[K".encode(), 10, 2) == []
    assert screen("abcdefgh漢\x1b[9G\x1b[@".encode(), 10, 2) == ["abcdefgh"]


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"\x1b]0;", b"1;"),
        (b"\x1b]52;c;", b"AAAA"),
        (b"\x1bP", b"q#0\n"),
        (b"\x1b_", "✳".encode()),
        (b"\x1b[", b"1;"),
        (b"\x1b[?", b"4"),
        (b"\x1b[1", b" !"),
        (b"\x1b(", b"("),
        (b"e", b"\xcc\x81"),
    ],
)
def test_a_sequence_without_end_does_not_grow(begin: bytes, more: bytes) -> None:
    shown = Screen(20, 5)
    filler = more * 8_000
    shown.feed(begin)
    shown.feed(filler)
    tracemalloc.start()
    try:
        for _ in range(20):
            shown.feed(filler)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000, "of 160 000 bytes at least"
    shown.feed(b"\x18\x1b[2J\x1b[Hback")
    assert shown.lines()[0] == "back"
    assert len(shown.title) <= 4096


def test_a_plain_log_comes_line_for_line() -> None:
    lines = [
        "first",
        "",
        "x" * 5000,
        "\ttabs\tstay",
        "größe 漢字 ✓",
        "a" * 39 + "\tat the edge",
        "",
        "last",
        "",
    ]
    data = "\n".join(lines).encode()
    assert read(data) == lines[:-1]
    assert read(data.replace(b"\n", b"\r\n")) == lines[:-1]
    assert read(data + b"no newline")[-1] == "no newline"
    assert read() == []


def test_what_is_drawn_again_stands_once() -> None:
    assert read(b"10%\r50%\r100%\r\ndone\r\n") == ["100%", "done"]
    assert read(b"wait -\b\\\b|\b/\bok\n") == ["wait ok"]
    assert read(b"a long line\r\x1b[Kshort\n") == ["short"]
    assert read(
        b"head\r\n"
        + b"".join(b"\x1b[2K\rrow 1 %d\r\nrow 2 %d\r\n\x1b[2A" % (n, n) for n in range(99))
        + b"\x1b[2Bend\r\n"
    ) == ["head", "row 1 98", "row 2 98", "end"]


def test_an_alternate_screen_stands_as_its_last_frame_where_it_was_left() -> None:
    frames = b"".join(b"\x1b[Hframe %d\x1b[2;1Hbody\x1b[K" % n for n in range(50))
    assert read(b"before\r\n\x1b[?1049h" + frames + b"\x1b[?1049lafter\r\n") == [
        "before",
        "frame 49",
        "body",
        "after",
    ]
    assert read(b"before\r\n\x1b[?1049h" + frames) == ["before", "frame 49", "body"]
    wiped = b"before\r\n\x1b[?1049h" + frames + b"\x1b[2J\x1b[?1049lafter\r\n"
    assert read(wiped) == ["before", "frame 49", "body", "after"]


def test_a_wiped_screen_is_told_unless_it_is_drawn_anew() -> None:
    assert read(b"one\r\n\x1b[2J\x1b[Htwo\r\n") == ["one", "two"]
    watch = b"".join(b"\x1b[H\x1b[2J\x1b[3Jevery 2s: %d\r\nfiles: %d\r\nok\r\n" % (n, n) for n in range(30))
    assert read(watch) == ["every 2s: 29", "files: 29", "ok"]


def test_lines_come_as_the_log_grows() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one\ntwo\n50%"
        yield b""
        assert seen == ["one", "two"]
        yield b"\r100%\nthr"
        yield b""
        assert seen == ["one", "two", "100%"]
        yield b"ee\n"

    seen: list[str] = []
    for line in readable(chunks(), 40, 5):
        seen.append(line)
    assert seen == ["one", "two", "100%", "three"]


def test_a_line_without_end_is_cut_and_memory_stays_bounded() -> None:
    tracemalloc.start()
    try:
        sizes = [len(line) for line in readable((b"x" * 65536 for _ in range(80)), 220, 50)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) == 80 * 65536
    assert max(sizes) <= (1 << 20) + 220
    assert peak < 16 << 20


def test_a_plain_log_does_not_pay_for_the_emulator() -> None:
    # 140 MB/s to 27 on a small machine; compared with each other, since a busy machine slows both
    block = b"2026-11-20 05:12:09 INFO some.module: did a thing with 42 items in 13 ms and went on\n" * 5000

    def seconds(feed: Callable[[bytes], None]) -> float:
        start = time.process_time()
        for _ in range(3):
            feed(block)
        return time.process_time() - start

    pairs = [(seconds(Reader(220, 50).read), seconds(Reader(220, 50).feed)) for _ in range(5)]
    assert 2 * min(fast for fast, _ in pairs) < min(slow for _, slow in pairs)
