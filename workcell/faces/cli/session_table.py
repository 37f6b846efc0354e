"""The table of sessions, and the processes of agent programs whose session is not known."""

import os
import time

from workcell.base import clock
from workcell.faces.cli import grid, out
from workcell.sessions.running import Running
from workcell.views import sessions as op

COLUMNS = (
    grid.Column(""),
    grid.Column("SESSION"),
    grid.Column("AGE", goes=2),
    grid.Column("VIA", goes=4),
    grid.Column("WHERE", least=8, goes=3),
    grid.Column("RUN", goes=5),
    # the last one: where nothing is cut, in a pipe, a long title then widens no other line
    grid.Column("TITLE", least=10),
)

LIVE = "●"
"""Marks a session that a process has open."""

TURNS = {"open": ("·", "36"), "asks": ("!", "35"), "ended": ("✓", "32"), "failed": ("✗", "31"), None: (" ", "0")}
"""The mark of how the last turn stands, and its colour."""


def show(found: op.Result, *, filtered: bool = False) -> None:
    """Print the table, and what is missing from it."""
    if not found.sessions and not found.processes:
        out.say("no sessions fit; 'workcell sessions --all' shows every session" if filtered else _NONE)
        return
    if found.sessions:
        grid.show(COLUMNS, (row(one) for one in found.sessions))
    for process in found.processes:
        out.line(f"{LIVE} {out.safe(_process(process))}")
    if found.hidden:
        out.say(f"and {out.count(found.hidden, 'older session')}; --all shows all, 'workcell search WORDS' finds one")


_NONE = "no agent program has kept a session in your home directory yet"


def row(one: op.Session) -> list[grid.Cell]:
    """One line of the table: a process that has it open goes before how its last turn stands."""
    mark, code = (LIVE, "36") if one.processes and one.turn == "open" else TURNS[one.turn]
    pane = next((process.pane for process in one.processes if process.pane), None)
    via = one.via if one.proved or one.via == "unknown" else f"{one.via}?"
    where = os.path.basename(one.directory or "") or "-"
    return [
        (mark, code),
        (f"{one.agent}:{one.short}", "1"),
        (_age(one.changed_at), "0"),
        (f"tmux {pane}" if pane else via if via != "unknown" else "-", "0"),
        (where, "0"),
        (one.run or "-", "90"),
        (_words(one), "0"),
    ]


def _words(one: op.Session) -> str:
    """The title, and behind it, where there is room, the summary."""
    return " · ".join(text for text in (one.title or one.prompt, one.summary) if text) or "-"


def _age(stamp: str) -> str:
    return clock.span(max(0.0, time.time() - clock.parse(stamp)))


def _process(one: Running) -> str:
    words = [f"{one.agent} (process {one.pid})"]
    words += [f"in {one.directory}"] if one.directory else []
    words += [f"tmux {one.pane}"] if one.pane else [one.terminal] if one.terminal else []
    words += [f"of {one.run}"] if one.run else []
    return ", ".join([*words, f"session {one.session}" if one.session else "its session is not known"])
