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


def wait(runs: list[str], wanted: str, timeout: float | None) -> "waiting.Result":
    """Wait, with a line of progress on a terminal."""
    from workcell.launch import change
    from workcell.launch import wait as waiting

    line = Line()

    def progress(seen: list[look.Look]) -> None:
        open_ones = [one for one in seen if one.phase != phase.DONE]
        words = ", ".join(f"{(one.launch or {}).get('name', one.id)} {one.phase}" for one in open_ones[:4])
        more = f" and {len(open_ones) - 4} more" if len(open_ones) > 4 else ""
        line.show(f"{len(seen) - len(open_ones)} of {len(seen)} over: {words}{more}" if len(seen) > 1 else words)

    try:
        # a line on a terminal shows the time that it has taken
        every = 0.5 if sys.stderr.isatty() else change.EVERY
        return waiting.wait(runs, wanted, timeout, progress, every)
    finally:
        line.clear()


def stay(run: str, *, quiet: bool) -> tuple[str, int]:
    """Wait for one run and say how it ended: (state, exit code). Interrupted, say that it goes on."""
    name = os.path.basename(run)
    try:
        found = wait([run], "done", None)
    except KeyboardInterrupt:
        out.say(f"workcell: {name} goes on; 'workcell wait {name}' waits for it again, 'workcell stop {name}' ends it")
        raise
    state = found.states[0]
    if not quiet:
        seen = look.at(run)
        word, code = out.state(state)
        why = (seen.result or {}).get("reason") or seen.why
        out.say(f"{out.paint(word, code, sys.stderr)}" + (f"  {out.safe(str(why))}" if why else ""))
        if not found.met:
            out.say(f"{out.paint('hint:', '1', sys.stderr)} workcell handoff {name}")
    return state, 0 if found.met else 1


def attach(home: str, run: str, read_only: bool) -> int:
    """Become `tmux attach`, or, where tmux cannot be asked, make the calling terminal the window."""
    from workcell.launch import attach as attaching

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
