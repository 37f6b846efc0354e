"""open: a terminal of the person's own, or an editor, started so that it shows a run."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass

from workcell.base.errors import NotFound, Refused, Unreachable, WorkcellError
from workcell.launch import window
from workcell.rundir import find, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.system import run_program, tmux, users_tmux
from workcell.texts import config, open_command

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")

SOON = 1.0
"""Seconds within which a program that cannot work is expected to end: without a display, for example."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Result:
    id: str
    command: str
    """What to type in order to attach."""
    place: str | None
    """In words, what was opened; null where `open` of config.yaml is not set."""
    started: list[str]
    """The command that was started; empty where none was."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `open`.

    Raises what `find.run` raises, Faulty for a bad config.yaml, Refused for a run that has no terminal now, NotFound
    for a tree that is gone, Unreachable for a program that is not there or ends with an error.
    """
    run = find.run(cell.home, request.run)
    seen = look.at(run)
    setting = config.read(os.path.join(cell.home, layout.CONFIG))["open"]
    command = f"workcell attach {seen.id}"
    if (setting is None or open_command.attaches(setting)) and seen.phase != phase.RUNNING:
        raise _no_terminal(cell.home, seen)
    if setting is None:
        return Result(seen.id, command, None, [])
    tree = seen.cwd if os.path.isdir(seen.cwd) else None
    if tree is None and not open_command.attaches(setting):
        raise NotFound(f"the tree of {seen.id} is gone: {seen.cwd}", f"workcell diff {seen.id}")
    own = ["env", f"WORKCELL_HOME={cell.home}", sys.executable, "-I", _PROGRAM, "attach", seen.id]
    try:
        if setting == open_command.TMUX:
            return _in_tmux(cell, seen, tree or cell.home, own)
        words = open_command.words(setting, own, tree or cell.home)
        _start(cell, words, tree or cell.home)
    except Unreachable as error:
        raise Unreachable(error.message, f"name another program: workcell config edit; or here: {command}") from None
    return Result(seen.id, command, os.path.basename(words[0]), words)


def _no_terminal(home: str, seen: look.Look) -> WorkcellError:
    if seen.phase == phase.DONE:
        return Refused(f"{seen.id} is over, and has no terminal any more", f"workcell logs {seen.id}")
    return window.nothing_open(home, seen)


def _in_tmux(cell: Cell, seen: look.Look, directory: str, own: list[str]) -> Result:
    socket = users_tmux.socket_of(cell.environment)
    if os.path.realpath(socket) == os.path.realpath(tmux.server_of(cell.home).socket):
        raise Refused("this is the tmux of workcell itself, and no other one of yours", f"workcell attach {seen.id}")
    name = seen.id[find.MINUTE + 1 :]
    session = users_tmux.open_window(cell.environment, name, directory, shlex.join(own))
    place = f"window {name} of your tmux session {session}"
    return Result(seen.id, f"workcell attach {seen.id}", place, ["tmux", "new-window", "-n", name, shlex.join(own)])


def _start(cell: Cell, words: list[str], directory: str) -> None:
    # a new terminal is in no tmux: with these it would be taken for a part of the one that it was started from
    env = {name: value for name, value in cell.environment.items() if name not in ("TMUX", "TMUX_PANE")}
    ran = run_program.start_apart(words, cwd=directory, env=env, seconds=SOON)
    if ran is not None and not ran.ok:
        raise Unreachable(f"{words[0]!r} did not open: {ran.complaint()}", "workcell config edit")
