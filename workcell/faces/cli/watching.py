"""Staying with a run in the foreground: waiting with progress, and opening a window."""

import os
import sys
import time

from workcell.base import clock
from workcell.faces.cli import out
from workcell.ops import attach as attaching
from workcell.ops import wait as waiting
from workcell.rundir import look


def wait(runs: list[str], wanted: str, timeout: float | None) -> waiting.Result:
    """Wait, with a line of progress on a terminal."""
    if not sys.stderr.isatty():
        return waiting.wait(runs, wanted, timeout)
    began = time.monotonic()
    shown = [0.0]

    def progress(seen: list[look.Look]) -> None:
        now = time.monotonic()
        if now - shown[0] < 0.5:
            return
        shown[0] = now
        words = ", ".join(f"{(one.launch or {}).get('name', one.id)} {one.phase}" for one in seen[:4])
        more = f" and {len(seen) - 4} more" if len(seen) > 4 else ""
        sys.stderr.write(f"\r\x1b[K{out.safe(words)}{more} · {clock.span(now - began)}")
        sys.stderr.flush()

    try:
        return waiting.wait(runs, wanted, timeout, progress)
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def attach(home: str, run: str, read_only: bool) -> int:
    """Become `tmux attach`, or, where tmux cannot be asked, make the calling terminal the window."""
    found = attaching.prepare(home, run, read_only)
    if found.note:
        out.say(f"workcell: {out.safe(found.note)}")
    if found.argv is None:
        return 0
    sys.stdout.flush()
    if found.direct:
        return attaching.here(run, read_only)
    env = {name: value for name, value in os.environ.items() if name != "TMUX" or "switch-client" in found.argv}
    os.execvpe(found.argv[0], found.argv, env)
