"""The table of runs, once or live."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.faces.cli import grid, out
from workcell.terminal import printable
from workcell.views import ls as op

if TYPE_CHECKING:
    from workcell.rundir import schema

NONE_YET = (
    "no runs yet; the first: 'workcell launch -- COMMAND', 'workcell launch -m \"OBJECTIVE\" --recipe claude', "
    "or 'workcell launch BRIEF'"
)
"""What a list without a run says; each command can be pasted, with words of one's own."""

NEEDED = "→"
"""Marks a run that needs a person."""

COLUMNS = (
    grid.Column(" "),
    grid.Column("STATE"),
    grid.Column("NAME", least=16),
    grid.Column("RECIPE", least=10, goes=3),
    grid.Column("ATT", goes=4),
    grid.Column("AGE", goes=1),
    grid.Column("OBJECTIVE", least=20, goes=2),
    grid.Column("ID", goes=5),
)
"""At 60 columns state, name, age and a piece of the objective are left; the name finds the run as well as the id."""

_NAME = 2
"""The column of the name."""

TICK = 1.0


HEADINGS = ("state", "repo", "group")
"""What the table can be divided by."""


def lines(found: op.Result, width: int) -> list[str]:
    """The table as lines."""
    return grid.fitted(COLUMNS, (_row(run) for run in found.runs), width)


def needing(number: int) -> str:
    """`1 needs you`, `2 need you`."""
    return f"{number} {'needs' if number == 1 else 'need'} you"


def stuck(found: op.Result) -> list[str]:
    """A line for each plan that needs a person."""
    return [f"{NEEDED} plan {one.name} needs you: {one.needs['command']}" for one in found.plans]


def divided(found: op.Result, by: str, width: int) -> list[str]:
    """The table under one heading for each state, repository or group, in the order of the first run of each."""
    parts: dict[str, list[schema.Status]] = {}
    for run in found.runs:
        word: Any = run.get(by)
        parts.setdefault(str(word or f"no {by}"), []).append(run)
    shown: list[str] = []
    for heading, runs in parts.items():
        title = out.paint(f"{out.safe(heading)} ({len(runs)})", "1")
        table = grid.fitted(COLUMNS, (_row(run) for run in runs), width)
        shown += [*([""] if shown else []), printable.clip(title, width) if width < len(heading) else title, *table]
    return shown


def tree(runs: Sequence[schema.Status], width: int) -> list[str]:
    """The table with each run below the one that launched it, where that is among them."""
    children: dict[str, list[schema.Status]] = {}
    known = {run["id"] for run in runs}
    for run in runs:
        parent = run.get("parent")
        above = parent["run"] if parent is not None and parent["run"] in known else ""
        children.setdefault(above, []).append(run)
    rows: list[list[grid.Cell]] = []
    _add_family(rows, children, "", "")
    return grid.fitted(COLUMNS, rows, width)


def _add_family(rows: list[list[grid.Cell]], children: dict[str, list[schema.Status]], run: str, indent: str) -> None:
    """Add the rows of the children of a run, each followed by those of its own."""
    for child in children.pop(run, ()):
        row = _row(child)
        name, code = row[_NAME]
        row[_NAME] = (f"{indent}{'└ ' if run else ''}{name}", code)
        rows.append(row)
        _add_family(rows, children, child["id"], indent + "  " if run else "")


def _row(run: schema.Status) -> list[grid.Cell]:
    word, code = out.state(str(run["state"]))
    begun = run["started_at"] or run["written_at"]
    try:
        age = clock.span(max(0.0, time.time() - clock.parse(begun))) if begun else "-"
    except ValueError:
        age = "-"
    return [
        (NEEDED if run["needs"] is not None else " ", "35;1"),
        (word, code),
        (run["name"] or run["id"], "1"),
        (run["recipe"] or "-", "0"),
        (str(run["attempt"] or "-"), "0"),
        (age, "0"),
        (_about(run), "0"),
        (run["id"], "90"),
    ]


def _about(run: schema.Status) -> str:
    """What the run needs, or until when it waits, or that its agent failed though it passed, and its objective."""
    words = run["objective"] or run["reason"] or "-"
    if run["outcome"] == "passed" and _agent_failed(run):
        return f"the agent failed · {words}"
    waits = run.get("waits")
    if run["needs"] is not None:
        asks = run["needs"].get("asks")
        kind = run["needs"]["kind"]
        return f"{out.NEEDS.get(kind, kind)} · {f'{asks} · ' if asks else ''}{words}"
    if waits is not None and waits["until_at"]:
        return f"{out.WAITS[waits['what']]} until {out.when(waits['until_at'])} · {words}"
    return f"{out.WAITS[waits['what']]} · {words}" if waits is not None else words


def _agent_failed(run: schema.Status) -> bool:
    """Whether the agent of the last attempt ended by itself, and with a failure."""
    ended = run["attempts"][-1]["exit"] if run["attempts"] else None
    return ended is not None and ended["how"] == "reaped" and bool(ended["code"])


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
    runs = out.count(len(found.runs), "run")
    words = f"{runs}, {needing(found.needing)}" if found.needing else runs
    foot = printable.clip(f"{words} · {time.strftime('%H:%M:%S')} · q ends this, and no run", width)
    frame = lines(found, width) if found.runs else ["no runs"]
    frame += [printable.clip(out.safe(line), width) for line in stuck(found)]
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
