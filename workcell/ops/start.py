"""Starting the runner of an attempt, and waiting until it has said how that went."""

import os
import sys
import time

from workcell.base import probe
from workcell.base.errors import InputOutput, TryAgain, WorkcellError
from workcell.ops import environment
from workcell.ports import proc
from workcell.ports import tmux as windows
from workcell.rundir import layout, look, phase, spool, writer

PATIENCE = 15.0
"""Seconds for a runner to take its locks and seal start.json; it needs hundredths on an idle machine."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def runner(run: str, n: int) -> look.Look:
    """Start the runner of attempt `n`; the first look at which its agent has started or failed to.

    Raises InputOutput when the runner died before that (its last words are in the hint), TryAgain when it did
    not get so far in time.
    """
    env = {**environment.read(run).env, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/{n}"}
    log = os.path.join(run, layout.RUNNER_LOG)
    before = os.path.getsize(log) if os.path.exists(log) else 0
    spawn = os.path.join(_PACKAGE, "runner", "spawn.py")
    proc.detach([sys.executable, "-I", "-S", spawn, run, str(n)], cwd=run, env=env)
    deadline = time.monotonic() + PATIENCE
    directory = layout.attempt(run, n)
    pause = 0.002
    quiet_since: float | None = None
    while True:
        if any(os.path.exists(os.path.join(directory, name)) for name in (layout.START, layout.EXIT)):
            return look.at(run)
        now = time.monotonic()
        if now > deadline:
            raise TryAgain(f"the runner of {os.path.basename(run)} has not started within {PATIENCE:.0f} s",
                           f"look into {log}")  # fmt: skip
        if writer.held(run) == probe.NO and os.path.exists(log):
            # nobody holds the lock and nobody has started: either it is about to take it, or it is dead
            quiet_since = quiet_since or now
            if now - quiet_since > 2.0 and os.path.getsize(log) > before:
                raise InputOutput(f"the runner of {os.path.basename(run)} ended: {_last_words(log, before)}", log)
        else:
            quiet_since = None
        time.sleep(pause)
        pause = min(pause * 1.3, 0.02)


def _last_words(log: str, before: int) -> str:
    with open(log, "rb") as file:
        file.seek(before)
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def window(home: str, run: str, n: int) -> str | None:
    """Open the run's window in tmux; None, or why there is none: that is an event, never a reason not to run."""
    seen = look.at(run)
    if seen.phase != phase.RUNNING:
        return None
    server = windows.of(home)
    program = os.path.join(_PACKAGE, "runner", "window.py")
    try:
        windows.prepare(server)
        server.open(os.path.basename(run), [sys.executable, "-I", "-S", program, run], run)
    except (WorkcellError, OSError) as error:
        spool.note(run, "window.not-opened", attempt=n, why=str(error))
        return str(error)
    return None
