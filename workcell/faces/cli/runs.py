"""The table of runs, once or live."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.faces.cli import grid, out
from workcell.terminal import printable
from workcell.views import ls as op

if TYPE_CHECKING:
    from workcell.rundir import schema

COLUMNS = (
    grid.Column("STATE"),
    grid.Column("NAME", least=16),
    grid.Column("RECIPE", least=10, goes=3),
    grid.Column("ATT", goes=4),
    grid.Column("AGE", goes=1),
    grid.Column("OBJECTIVE", least=24, goes=2),
    grid.Column("ID", goes=5),
)
"""At 60 columns state, name, age and a piece of the objective are left; the name finds the run as well as the id."""

TICK = 1.0


def lines(found: op.Result, width: int) -> list[str]:
    """The table as lines."""
    return grid.fitted(COLUMNS, (_row(run) for run in found.runs), width)


def _row(run: schema.Status) -> list[grid.Cell]:
    word, code = out.state(str(run["state"]))
    begun = run["started_at"] or run["written_at"]
    try:
        age = clock.span(max(0.0, time.time() - clock.parse(begun))) if begun else "-"
    except ValueError:
        age = "-"
    return [
        (word, code),
        (run["name"] or run["id"], "1"),
        (run["recipe"] or "-", "0"),
        (str(run["attempt"] or "-"), "0"),
        (age, "0"),
        (run["objective"] or run["reason"] or "-", "0"),
        (run["id"], "90"),
    ]


def live(ask: Callable[[], op.Result]) -> None:
    """The table on the whole terminal, asked for anew every second, until q or Ctrl-C."""
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise Usage("a live table needs a terminal", "workcell ls, or workcell ls --json in a loop of your own")
    before = termios.tcgetattr(sys.stdin.fileno())
    sys.stdout.write("\x1b[?1049h\x1b[?25l")
    try:
        tty.setcbreak(sys.stdin.fileno())
        while not _quit(_draw(ask())):
            pass
    except KeyboardInterrupt:
        pass
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


def _draw(found: op.Result) -> tuple[int, int]:
    """Write one frame over the last one: each line is cleared behind its end, so that nothing flickers."""
    width, height = os.get_terminal_size(sys.stdout.fileno())
    needing = sum(run["needs"] is not None and run["outcome"] is None for run in found.runs)
    runs = out.count(len(found.runs), "run")
    words = f"{runs}, {needing} in need of you" if needing else runs
    foot = printable.clip(f"{words} · {time.strftime('%H:%M:%S')} · q ends this, and no run", width)
    frame = lines(found, width) if found.runs else ["no runs"]
    room = max(1, height - 1)
    if len(frame) > room:
        frame = [*frame[: room - 1], f"… and {len(frame) - room + 1} more"]
    frame += [""] * (room - len(frame))
    sys.stdout.write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in frame) + out.paint(foot, "7") + "\x1b[K")
    sys.stdout.flush()
    return width, height


def _quit(size: tuple[int, int]) -> bool:
    """Wait for the next tick, a key or another size of the terminal; whether the key was q."""
    deadline = time.monotonic() + TICK
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([sys.stdin], [], [], min(left, 0.1))
        if ready:
            key = os.read(sys.stdin.fileno(), 64)
            return not key or b"q" in key
        if tuple(os.get_terminal_size(sys.stdout.fileno())) != size:
            return False
    return False
