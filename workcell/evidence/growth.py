"""Whether an agent recorded something since its records were read last: some stats, so that many runs can be watched.

A reader that follows a run calls `read_on` again and again. Only where a file grew, or a hook told something, are the
records read; what they tell goes to the spool of the run, and its runner is told to write it down.
"""

from __future__ import annotations

import os
import time

from workcell.evidence import capture, capture_state
from workcell.rundir import layout, ledger, look, maildir, phase
from workcell.system import control

LOOK_AGAIN = 120.0
"""Seconds after which a run is looked at again although its ledger did not change: its runner may have been killed."""
WITHOUT_LEDGER = 1.0
"""The same for a run of format 1, whose end no ledger shows."""
SECONDS = 1.0
"""Maximum seconds of one reading; what is left is read at the next call."""

Mark = tuple[int, int] | None
"""Inode and size of a file; None where there is none."""


class Growth:
    """One run that is followed."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._ledger = ledger.path(run)
        self._looked = 0.0
        self._witness: Mark = None
        self._known: tuple[Mark, ...] | None = None
        self._transcript: str | None = None
        self._seen = self.seen()

    def seen(self) -> look.Look:
        """The run as it was when its ledger changed last."""
        witness, now = _mark(self._ledger), time.monotonic()
        rest = WITHOUT_LEDGER if witness is None else LOOK_AGAIN
        if witness != self._witness or now - self._looked > rest or not self._looked:
            # what is written between the two looks at the ledger changes its size once more
            self._witness, self._looked, self._seen = witness, now, look.at(self._run)
            self._known = None
        return self._seen

    def over(self) -> bool:
        """Whether nothing more will happen in the run unless it is resumed."""
        return self.seen().phase in (phase.DONE, phase.CORRUPT)

    def read_on(self, hooked: bool = False) -> bool:
        """Read the agent's records where they grew, or where `hooked` says that a hook told something since.

        Whether they were read. Nothing is read of a run whose agent does not run, or keeps no records.
        """
        seen = self.seen()
        if not capture_state.readable(seen):
            return False
        marks = self._marks(seen)
        if marks == self._known and not hooked:
            return False
        self._known, began = marks, time.monotonic()
        state = capture.read_on(self._run, seconds=SECONDS, patience=0.2)
        if time.monotonic() - began >= SECONDS:
            self._known = None  # there may be more
        source = state["sources"].get("transcript") if state else None
        if source and source["file"] != self._transcript:
            self._transcript, self._known = source["file"], None
        if maildir.waiting(os.path.join(self._run, layout.SPOOL)):
            control.notify_runner(self._run, b"H")
        return True

    def written(self, seconds: float) -> None:
        """Wait for at most so many seconds until the runner has written down what waits in the spool."""
        until, pause = time.monotonic() + seconds, 0.01
        box = os.path.join(self._run, layout.SPOOL)
        while maildir.waiting(box) and time.monotonic() < until:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    def _marks(self, seen: look.Look) -> tuple[Mark, ...]:
        """What grows when the agent records something: its stream, its transcript, or, until that is found, its log."""
        log = None
        if seen.io == "file" or self._transcript is None:
            log = _mark(os.path.join(seen.directory, layout.AGENT_LOG))
        return log, _mark(self._transcript) if self._transcript else None


def _mark(path: str) -> Mark:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size
