"""The player: keys that come together are heeded in their order, and the terminal is given back."""

import os
import pty
import sys
import termios
import time

import pytest

from workcell.faces.cli import playing
from workcell.views.replay import Played

HOUR = 3600.0


@pytest.fixture
def keyboard(monkeypatch):
    """What types into the terminal that is standard input."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with open(theirs, closefd=False) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield lambda keys: os.write(ours, keys.encode())
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def steps(*pauses, still="still\n"):
    return iter([Played(pause, float(at), f"<{at}>", bool(still), still) for at, pause in enumerate(pauses)])


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("q", "<0>"),
        ("\x1b", "<0>"),
        ("..q", "<0><1><2>"),
        (" .. q", "<0><1><2>"),
        ("\x1b[A\x1bOB.\x1b[1;5C.q", "<0><1><2>"),
        ("+" * 30 + "-" * 30 + ".q", "<0><1>"),
    ],
)
def test_keys(keyboard, capsys, keys, shown):
    keyboard(keys)
    playing.Player().play(steps(0, HOUR, HOUR, HOUR))
    assert capsys.readouterr().out == f"\x1b[?1049h\x1b[?25l{shown}\x1b[?25h\x1b[?1049lstill\n"


def test_lines_take_no_screen_of_their_own(keyboard, capsys):
    playing.Player().play(steps(0, 0, still=""))
    assert capsys.readouterr().out == "<0><1>"


def test_pauses_are_kept_to(keyboard, capsys):
    began = time.monotonic()
    playing.Player().play(steps(0, 0.1, 0.1))
    assert time.monotonic() - began >= 0.2


def test_a_recording_of_nothing_says_so(keyboard, capsys):
    playing.Player().play(steps())
    assert "nothing was written" in capsys.readouterr().err


def test_a_terminal_that_goes_away_ends_it(monkeypatch, capsys):
    ours, theirs = pty.openpty()
    with open(theirs, closefd=False) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        player = playing.Player()
        os.close(ours)
        with pytest.raises(termios.error):
            player.play(steps(0, HOUR))
    os.close(theirs)
