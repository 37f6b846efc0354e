"""The screen of an attempt: as text, with colours, as a picture; cleaned, and only of what has a terminal."""

import json
from pathlib import Path

import pytest

from tests.support import made_runs
from workcell.base.errors import NotFound, Refused
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.views import screen


@pytest.fixture
def shown(tmp_path):
    made = made_runs.MadeRun(tmp_path)
    made.attempt["terminal"] = {"columns": 30, "rows": 5}
    made.store()
    log = Path(layout.attempt(made.run, 1), layout.AGENT_LOG)

    def ask(data, form="text", **more):
        log.write_bytes(data)
        return screen.perform(Cell(made.home, {}, str(tmp_path)), screen.Request("r", form, **more))

    ask.made = made
    return ask


def test_the_rows_come_without_the_blank_ones_at_the_end(shown):
    found = shown(b"one\r\n\x1b[32mtwo\x1b[0m\r\n")
    assert (found.content, found.columns, found.rows, found.attempt, found.live) == ("one\ntwo\n", 30, 5, 1, False)


def test_ansi_keeps_the_colours(shown):
    assert shown(b"\x1b[32mtwo\x1b[0m", "ansi").content == "\x1b[32mtwo\x1b[0m\n"


def test_svg_is_a_picture_with_the_name_of_the_run(shown):
    content = shown(b"hello", "svg").content
    assert content.startswith("<svg ") and "hello" in content and "r · attempt 1" in content


def test_of_a_full_screen_that_was_left_the_last_frame_is_shown(shown):
    assert shown(b"before\r\n\x1b[?1049h\x1b[Hinside\x1b[?1049l").content == "inside\n"


@pytest.mark.parametrize("form", ["text", "ansi", "svg"])
def test_a_secret_that_is_wider_than_the_terminal_is_masked_in_every_form(shown, form):
    token = "ghp_" + "a1B2" * 9
    content = shown(b"\x1b[31mtoken:\r\n" + token.encode() + b"\r\nend", form).content
    assert "token:" in content and "end" in content
    assert not any(token[at : at + 12] in content for at in range(len(token) - 12))


def test_what_could_steer_a_terminal_does_not_get_out(shown):
    assert shown("a\x1b]52;c;Zm9v\x07b\u202ec".encode()).content == "ab\\u202ec\n"


def test_an_attempt_that_is_not_there_is_named(shown):
    with pytest.raises(NotFound, match="no attempt 4"):
        shown(b"", attempt=4)


def test_an_attempt_without_a_terminal_leads_to_its_log(shown):
    shown.made.attempt["io"] = "file"
    shown.made.store()
    with pytest.raises(Refused, match="no terminal") as caught:
        shown(b"{}")
    assert caught.value.hint == "workcell logs r"


@pytest.fixture
def timed(shown):
    """As `shown`, of an attempt whose times are known: a word each second, the last in another size."""
    begun = "2026-11-20T20:30:10.000Z"
    directory = Path(layout.attempt(shown.made.run, 1))
    start = {"schema": "workcell.file.start/1", "attempt": 1, "started_at": begun}
    (directory / layout.START).write_text(json.dumps(start))
    ended = {"schema": "workcell.file.exit/1", "how": "reaped", "ended_at": "2026-11-20T20:30:20.000Z"}
    (directory / layout.EXIT).write_text(json.dumps(ended))
    (directory / layout.AGENT_TIMES).write_bytes(b"1000 5\n1000 5\n20x4\n1000 5\n")
    assert look.Sealed(look.at(shown.made.run), 1).start
    return shown


@pytest.mark.parametrize(
    ("at", "content", "columns"),
    [("+0", "", 30), ("+1s", "one\n", 30), ("+2.5s", "one\ntwo\n", 30), ("+5s", "one\ntwo\nend\n", 20)],
)
def test_a_moment_shows_what_stood_there_then(timed, at, content, columns):
    found = timed(b"one\r\ntwo\r\nend\r\n", at=at)
    assert (found.content, found.columns, found.live) == (content, columns, False)
    assert found.at and found.at.startswith("2026-11-20T20:30:1")


def test_the_picture_of_a_moment_says_when(timed):
    assert "r · attempt 1 · 2026-11-20 " in timed(b"one\r\n", "svg", at="+1s").content


def test_a_moment_of_a_run_without_times_is_refused(timed):
    Path(layout.attempt(timed.made.run, 1), layout.AGENT_TIMES).unlink()
    with pytest.raises(Refused, match="without times"):
        timed(b"one\r\n", at="+1s")


def test_a_long_recording_is_drawn_from_its_end(timed):
    big = b"x" * 29 + b"\r\n"
    lines = b"".join(b"10 %d\n" % (len(big) * 100) for _ in range(200))
    Path(layout.attempt(timed.made.run, 1), layout.AGENT_TIMES).write_bytes(lines + b"1 5\n")
    assert timed(big * 100 * 200 + b"end\r\n", at="+3s").content.endswith("x\nend\n")
