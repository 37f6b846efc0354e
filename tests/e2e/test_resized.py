"""A terminal that is resized, in a real tmux: every export and picture of it shows what was seen in each size."""

import html
import json
import sys
from pathlib import Path

import pytest

from tests.support import tmux_servers
from tests.support.lab import eventually
from workcell.rundir import layout, phase
from workcell.terminal.styled import StyledScreen

SIZES = [(120, 30), (60, 12)]

PROGRAM = r"""
import os, signal, sys
def draw(*_):
    columns, rows = os.get_terminal_size(1)
    word = f"<{columns}x{rows}>"
    lines = [word + "-" * (columns - 2 * len(word)) + word for _ in range(rows)]
    data = ("\x1b[2J\x1b[H" + "\r\n".join(lines)).encode()
    while data:
        data = data[os.write(1, data):]
signal.signal(signal.SIGWINCH, draw)
draw()
while not os.path.exists(os.environ["MARKS"] + "/end"):
    signal.sigtimedwait([signal.SIGUSR1], 0.02)
    os.write(1, b"\x1b[7m\x1b[0m")  # something comes all the time, as from a program that shows a clock
"""


@pytest.fixture
def resized(lab):
    """(a run that is over, the rows that tmux showed in each size)."""
    Path(lab.top, "draw.py").write_text(PROGRAM)
    run = lab.launch(lab.brief(f"exec {sys.executable} -I -S {lab.top}/draw.py", io="terminal"), window=True)
    pane = eventually(lambda: next(iter(tmux_servers.of(lab.home).panes), None))
    times, shown = Path(layout.attempt(run, 1), layout.AGENT_TIMES), []
    for columns, rows in SIZES:
        pane.window.resize(width=columns, height=rows)
        word = f"<{columns}x{rows}>"
        eventually(lambda word=word, rows=rows: [line.count(word) for line in pane.capture_pane()] == [2] * rows)
        shown.append(pane.capture_pane())
        before = len(times.read_bytes().splitlines())
        eventually(lambda before=before: len(times.read_bytes().splitlines()) > before + 3, what="the piece is over")
    Path(lab.marks, "end").touch()
    lab.phase(run, phase.DONE)
    return run, shown


def replayed(text):
    """What a player shows of a cast: the screen when the size changes, and at the end."""
    head, *events = map(json.loads, text.splitlines())
    screen, seen = StyledScreen(head["width"], head["height"]), []
    for _, kind, data in events:
        if kind == "r":
            seen.append(screen.lines())
            screen.resize(*map(int, data.split("x")))
        else:
            screen.feed(data.encode())
    return [*seen, screen.lines()]


def test_every_form_shows_what_was_seen_in_each_size(lab, resized):
    run, shown = resized
    for words in ([], ["--raw"]):
        frames = replayed(lab.workcell("export", run, "--as", "cast", *words).stdout)
        assert [frame for frame in frames if frame in shown] == shown
    assert lab.workcell("screen", run).stdout.splitlines() == shown[-1]
    picture = html.unescape(lab.workcell("screen", run, "--as", "svg").stdout)
    assert all(f">{line}<" in picture for line in shown[-1])
    page = html.unescape(lab.workcell("export", run, "--as", "html").stdout)
    assert all(frame[0] in page.splitlines() for frame in shown), "no line is torn"
