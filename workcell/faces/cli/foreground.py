"""Staying with a run in the foreground: waiting with progress, and opening a window."""

import os
import sys
import time
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.faces.cli import out
from workcell.rundir import look, phase
from workcell.terminal import printable

if TYPE_CHECKING:
    from workcell.launch import wait as waiting


class Line:
    """One line of progress at the bottom of a terminal; nothing at all where standard error is none."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._there = False
        self._began = time.monotonic()

    def show(self, words: str) -> None:
        """Show `words` and how long it has taken, twice a second at most."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._shown < 0.5:
            return
        self._shown, self._there = now, True
        line = printable.clip(f"{out.safe(words)} · {clock.span(now - self._began)}", out.columns(sys.stderr) - 1)
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._there:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._there = False


def wait(request: "waiting.Request") -> "waiting.Waited":
    """Wait, with a line of progress on a terminal."""
    from workcell.faces.cli import call

    line = Line()

    def progress(what: str, seen: list[look.Look]) -> None:
        open_ones = [one for one in seen if one.phase != phase.DONE]
        words = ", ".join(f"{one.name} {one.phase}" for one in open_ones[:4])
        more = f" and {len(open_ones) - 4} more" if len(open_ones) > 4 else ""
        line.show(f"{len(seen) - len(open_ones)} of {len(seen)} over: {words}{more}" if len(seen) > 1 else words)

    try:
        # a line on a terminal shows the time that it has taken
        found: waiting.Waited = call.perform("wait", request, progress if sys.stderr.isatty() else None)
        return found
    finally:
        line.clear()


def stay(name: str, *, quiet: bool) -> tuple[str, int]:
    """Wait for the run of that id and say how it ended: (state, exit code). Interrupted, say that it goes on."""
    from workcell.launch import wait as waiting

    try:
        found = wait(waiting.Request((name,)))
    except KeyboardInterrupt:
        out.say(f"workcell: {name} goes on; 'workcell wait {name}' waits for it again, 'workcell stop {name}' ends it")
        raise
    over = found.runs[0]
    if not quiet:
        word, code = out.state(over.state)
        out.say(f"{out.paint(word, code, sys.stderr)}" + (f"  {out.safe(over.reason)}" if over.reason else ""))
        if not found.met:
            out.say(f"{out.paint('hint:', '1', sys.stderr)} workcell handoff {name}")
    return over.state, 0 if found.met else 1


def attach(run: str, read_only: bool) -> int:
    """Become `tmux attach`, or, where tmux cannot be asked, make the calling terminal the window."""
    from workcell.faces.cli import call
    from workcell.launch import attach as attaching

    found: attaching.Result = call.perform("attach", attaching.Request(run, read_only))
    if found.note:
        out.say(f"workcell: {out.safe(found.note)}")
    if found.argv is None:
        return 0
    sys.stdout.flush()
    if found.direct:
        return attaching.here(found.run, read_only)
    env = {name: value for name, value in os.environ.items() if name != "TMUX" or "switch-client" in found.argv}
    os.execvpe(found.argv[0], found.argv, env)
