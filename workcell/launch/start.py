"""Starting the runner of an attempt, and waiting until it has said how that went."""

import os
import select
import sys
import time

from workcell.base import probe
from workcell.base.errors import InputOutput, TryAgain, WorkcellError
from workcell.launch import announce
from workcell.rundir import env as environment
from workcell.rundir import layout, look, phase, safe_open, spool, writer
from workcell.system import run_program, tmux, window_status

PATIENCE = 15.0
"""Seconds for a runner to take its locks and seal start.json; it needs hundredths on an idle machine."""

LITTLE = 1 << 20
"""Bytes free on the disk, below which a runner that died may have died of that."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SPAWN = os.path.join(_PACKAGE, "runner", "spawn.py")


def runner(run: str, n: int) -> look.Look:
    """Start the runner of attempt `n`; the first look at which its agent has started or failed to.

    The runner keeps a pipe of ours open until then, so its death is known at once. Raises InputOutput with its last
    words when it died, TryAgain when it did not get so far within PATIENCE.
    """
    # both are needed: without the directory of the run, a copy of the home would take this agent for its own
    mark = {"WORKCELL_ATTEMPT": f"{os.path.basename(run)}/{n}", "WORKCELL_RUN_DIR": run}
    env = {**environment.read(run).env, **mark}
    log = os.path.join(run, layout.RUNNER_LOG)
    before = os.path.getsize(log) if os.path.exists(log) else 0
    asked, told = os.pipe()
    try:
        try:
            words = [sys.executable, "-I", "-S", _SPAWN, run, str(n), str(told)]
            run_program.detach(words, cwd=run, env=env, pass_fds=[told])
        finally:
            os.close(told)
        deadline = time.monotonic() + PATIENCE
        said = _until_told(asked, deadline)
    finally:
        os.close(asked)
    pause = 0.002
    while True:
        dead = said is not None and writer.held(run) == probe.NO
        seen = look.at(run)  # after that question: another runner may have had the right to write
        if seen.n == n and seen.stands & {layout.START, layout.EXIT}:
            announce.started(seen)
            return seen
        if dead:
            raise _ended(run, said or _last_words(log, before))
        if time.monotonic() > deadline:
            raise TryAgain(
                f"the runner of {os.path.basename(run)} has not started within {PATIENCE:.0f} s", f"look into {log}"
            )
        time.sleep(pause)
        pause = min(pause * 1.3, 0.02)


def _until_told(asked: int, deadline: float) -> str | None:
    """What the runner says until it closes its end of the pipe or dies; None when it does neither in time."""
    poll = select.poll()
    poll.register(asked, select.POLLIN)
    said = b""
    while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        data = os.read(asked, 4096)
        if not data:
            return said.decode("utf-8", "replace").strip()
        said += data
    return None


def _ended(run: str, words: str) -> InputOutput:
    """The error for a runner that is gone before its agent started, with the room on its disk where that is little."""
    name = os.path.basename(run)
    about = os.statvfs(run)
    free = about.f_bavail * about.f_frsize
    why = words or "it was killed, and left no word"
    if free >= LITTLE and (about.f_favail or not about.f_files):
        return InputOutput(f"the runner of {name} ended before its agent started: {why}", f"workcell resume {name}")
    return InputOutput(
        f"the runner of {name} ended before its agent started: {why} ({free // 1024} KiB free for {run})",
        f"free some disk space, then: workcell resume {name}",
    )


def _last_words(log: str, before: int) -> str:
    data = safe_open.read(log, 1 << 16, before) or b""
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def window(home: str, run: str, n: int) -> str | None:
    """Open the run's window in tmux; None, or why there is none: that is an event, never a reason not to run."""
    seen = look.at(run)
    if seen.phase != phase.RUNNING:
        return None
    server = tmux.server_of(home)
    program = os.path.join(_PACKAGE, "runner", "window.py")
    job = [sys.executable, "-I", os.path.join(_PACKAGE, "__main__.py"), "_window", run]
    says = window_status.options(seen.name, seen.recipe_name, f"● {seen.phase}", job)
    try:
        tmux.prepare(server)
        server.open(os.path.basename(run), [sys.executable, "-I", "-S", program, run], run, says)
    except (WorkcellError, OSError) as error:
        spool.note(run, "window.not-opened", attempt=n, why=str(error))
        return str(error)
    return None
