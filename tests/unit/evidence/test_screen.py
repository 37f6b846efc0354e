"""The terminal of an attempt, drawn from the end of its log."""

import gzip
import os

import pytest

from workcell.evidence import screen
from workcell.rundir import layout


@pytest.fixture
def attempt(tmp_path):
    return str(tmp_path)


def write(attempt, data, name=layout.AGENT_LOG, mode="ab"):
    with open(os.path.join(attempt, name), mode) as file:
        file.write(data)


def shown(attempt):
    return [row.rstrip() for row in screen.draw(attempt, 20, 3).lines()]


def test_the_end_of_the_log_is_drawn(attempt):
    write(attempt, b"one\r\ntwo\x1b[1;1Hnew")
    assert shown(attempt)[:2] == ["new", "two"]
    assert screen.last_frame(attempt, 20, 3)[-1].rstrip() == "two"


def test_the_plain_part_before_a_short_log_is_read_too(attempt):
    write(attempt, b"before\r\n", "agent.log.1")
    write(attempt, b"now")
    assert screen.tail(attempt) == b"before\r\nnow"
    assert screen.tail(attempt, 5) == b"\r\nnow"
    with gzip.open(os.path.join(attempt, "agent.log.0.gz"), "wb") as file:
        file.write(b"long ago")
    assert b"long ago" not in screen.tail(attempt)


def test_an_attempt_without_a_log_shows_nothing(attempt):
    assert screen.tail(attempt) == b"" and not any(shown(attempt))


GIVEN = {"terminal": {"columns": 90, "rows": 30, "term": "x"}}


def test_the_size_is_that_of_the_recipe_without_an_agent(attempt):
    assert screen.size(None, None, attempt) == (200, 50)
    assert screen.size(None, GIVEN, attempt) == (90, 30)
    assert screen.size(2**22 + 1, None, attempt) == (200, 50), "no such process"
    assert screen.size(os.getpid(), GIVEN, attempt)[0] > 0


def test_a_terminal_that_was_resized_has_a_last_and_a_largest_size(attempt):
    write(attempt, b"0 1\n120x20\n5 5\n60x40\n9 9\n70x1", layout.AGENT_TIMES)
    assert screen.sizes(attempt, GIVEN) == ((60, 40), (120, 40))
    assert screen.size(None, GIVEN, attempt) == (60, 40)


@pytest.mark.parametrize(
    ("told", "last"),
    [(b"0x0\n", (1, 1)), (b"999999x5\n", (screen.MOST_CELLS, 5)), (b"1x\n x2\n\xff3x3\n", (90, 30)), (b"", (90, 30))],
)
def test_no_size_is_believed_beyond_its_bounds(attempt, told, last):
    write(attempt, told, layout.AGENT_TIMES)
    assert screen.sizes(attempt, GIVEN).last == last


def test_a_size_between_two_blocks_is_read(attempt, monkeypatch):
    monkeypatch.setattr(screen, "_BLOCK", 8)
    write(attempt, b"11 2345\n120x40\n1 1\n" + b"9" * 40 + b"\n77x33\n", layout.AGENT_TIMES)
    assert screen.sizes(attempt, GIVEN).last == (77, 33)


def test_a_follower_draws_what_comes_and_goes_on_in_a_new_log(attempt):
    write(attempt, b"one")
    follow = screen.Follow(attempt, 20, 3)
    assert not follow.cut and not follow.wait(0.0)
    write(attempt, b"\r\ntwo")
    assert follow.wait(1.0) and follow.screen.lines()[1].rstrip() == "two"
    write(attempt, b"!")
    os.rename(os.path.join(attempt, layout.AGENT_LOG), os.path.join(attempt, "agent.log.1"))
    assert follow.wait(1.0), "what was written before it rolled"
    write(attempt, b"\r\nthree", mode="wb")
    while follow.wait(0.05):
        pass
    assert follow.screen.lines()[2].rstrip() == "three"


def test_a_follower_of_a_long_log_says_that_it_is_cut(attempt, monkeypatch):
    monkeypatch.setattr(screen, "TAIL", 8)
    write(attempt, b"0123456789")
    assert screen.Follow(attempt, 20, 3).cut


@pytest.mark.parametrize(
    ("first", "later", "on"),
    [(b"\x1b[?2004h", b"", True), (b"\x1b[?2004h", b"\x1b[?2004l", False), (b"", b"", True)],
)
def test_a_program_that_set_its_modes_long_ago_still_takes_pastes(tmp_path, first, later, on):
    (tmp_path / layout.AGENT_LOG).write_bytes(first + b"words\r\n" * (screen.TAIL // 7 + 1) + later)
    follow = screen.Follow(str(tmp_path), 80, 24)
    assert follow.cut and follow.screen.bracketed_paste is on


def test_a_short_log_says_itself_whether_pastes_are_taken(tmp_path):
    (tmp_path / layout.AGENT_LOG).write_bytes(b"words\r\n")
    assert not screen.Follow(str(tmp_path), 80, 24).screen.bracketed_paste
