"""A log is shown as its conversation, its screen or its text."""

from pathlib import Path

import pytest

from tests.support import recorded_runs as made
from workcell.rundir import layout, look
from workcell.views import log_lines

TALK = made.lines(*(made.said(f"line {n}", f"s{n}") for n in range(50)))


def shown(run, number=None, stderr=False):
    return list(log_lines.whole(look.at(run), look.at(run).n, number, stderr))


def test_the_last_lines_of_a_conversation(tmp_path):
    run = made.recorded(tmp_path, TALK)
    assert shown(run, 2) == ["said line 48", "said line 49"] == shown(run)[-2:]
    seen = look.at(run)
    assert list(log_lines.follow(seen, seen.n, 2)) == shown(run, 2)
    assert list(log_lines.follow(seen, seen.n)) == shown(run)


def test_the_end_of_a_large_log_begins_with_a_whole_record(tmp_path):
    record = made.lines(made.said("x" * 1000, "a"))
    block = b"".join(record.replace(b'"a"', b'"%d"' % n) for n in range(6000))
    assert len(block) > 4 << 20
    assert set(shown(made.recorded(tmp_path, block), 8000)) == {"said " + "x" * 1000}


def test_words_between_the_records_stand_where_they_are(tmp_path):
    log = b"a warning\n" + made.lines(made.said("hello")) + b"the end\n"
    assert shown(made.recorded(tmp_path, log)) == ["a warning", "said hello", "the end"]


@pytest.mark.parametrize("reader", ["none", "claude"])
def test_standard_error_stands_in_for_an_empty_log(tmp_path, reader):
    run = made.recorded(tmp_path, b"", reader=reader)
    path = Path(layout.attempt(run, 1), layout.STDERR_LOG)
    assert shown(run) == []
    path.write_text("it may not run as root\n")
    assert shown(run) == [log_lines.NOTHING, "it may not run as root"]
    assert shown(run, stderr=True) == ["it may not run as root"]


def test_rows_that_a_screen_left_empty_are_one_empty_line(tmp_path):
    screen = b"the file\r\n" + b"~\r\n" * 20 + b"\r\n\r\nthe end\r\n\r\n"
    assert shown(made.recorded(tmp_path, screen, io="terminal", reader="none")) == ["the file", "", "the end", ""]
    assert shown(made.recorded(tmp_path / "b", b"~\n\n\n~\n", io="file", reader="none")) == ["~", "", "", "~"]
