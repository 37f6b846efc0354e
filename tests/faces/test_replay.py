"""replay on a real terminal: what it shows, which keys it takes, and what it leaves behind."""

import os
import sys
import termios

import pytest

from tests.support import driven
from tests.support import recorded_runs as made
from workcell.rundir import layout, look
from workcell.terminal import printable

WORDS = "\x1b[31mred words that are longer than the terminal of forty columns\x1b[0m\r\n"


@pytest.fixture
def run(tmp_path):
    """A run whose terminal showed three things, each an hour after the other."""
    log = [WORDS.encode(), b"second\r\n", b"\x1b[2J\x1b[Hthird\r\n"]
    path = made.recorded(tmp_path, b"".join(log), io="terminal", terminal={"columns": 100, "rows": 20, "term": "xterm"})
    lines = b"".join(b"3600000 %d\n" % len(piece) for piece in log)
    with open(os.path.join(layout.attempt(path, look.at(path).n), layout.AGENT_TIMES), "wb") as file:
        file.write(lines)
    return path


def start(run, *words, columns=80):
    env = {**os.environ, "WORKCELL_HOME": made.home_of(run)}
    return driven.Driven([sys.executable, "-m", "workcell", "replay", run, *words], env, columns, 24)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_it_plays_to_its_end_and_leaves_the_last_screen_as_text(run, columns):
    terminal = start(run, "--idle", "0.2s", columns=columns)
    try:
        assert terminal.ended() == 0
        text = terminal.text()
        assert "third" in text and "second" not in text
        assert all(printable.width(line) <= columns for line in terminal.lines())
        written = terminal.written.decode()
        assert written.index("\x1b[?1049h") < written.index("red words") < written.index("second")
        assert written.index("second") < written.index("\x1b[?25h\x1b[?1049l")
        assert termios.tcgetattr(terminal.shell) == terminal.settings
    finally:
        terminal.close()


def test_keys_pause_step_and_end_it(run):
    terminal = start(run, "--idle", "1h")
    try:
        terminal.sees("red words")
        terminal.type(" ")
        terminal.type(".")
        terminal.sees("red words", "second")
        terminal.type("q")
        assert terminal.ended() == 0
        assert "second" in terminal.text() and "third" not in terminal.text()
        assert termios.tcgetattr(terminal.shell) == terminal.settings
    finally:
        terminal.close()


def test_an_interrupt_ends_it_and_gives_the_terminal_back(run):
    terminal = start(run, "--idle", "1h")
    try:
        terminal.sees("red words")
        terminal.type("\x03")
        assert terminal.ended() == 0
        assert terminal.written.decode().rstrip().endswith("forty columns")
        assert termios.tcgetattr(terminal.shell) == terminal.settings
    finally:
        terminal.close()


def test_a_faster_speed_is_a_key(run):
    terminal = start(run, "--idle", "60s")
    try:
        terminal.sees("red words")
        terminal.type("+" * 10)
        assert terminal.ended() == 0, "two minutes became two seconds"
    finally:
        terminal.close()
