"""note: words of a person or an agent beside a run, kept in its events.

The note is in the spool of the run before anything else is done, and counts from then on. The process that has the
right to write the run brings it into events.jsonl: the runner of a live run; else this process, also beside a run that
is over.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import InputOutput, NotFound, Usage
from workcell.rundir import events, find, layout, look, maildir, phase, spool, writer
from workcell.rundir.cell import Cell
from workcell.system import control
from workcell.views import notes

LONGEST = 4000
"""Maximum characters of a note."""

PATIENCE = 3.0
"""Maximum seconds to wait until the runner has written it down; it looks every two seconds by itself."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    text: str


@dataclass(frozen=True)
class Result:
    id: str
    attempt: int
    """The attempt that was the current one."""
    event: str
    """The id of the event."""
    written: bool
    """Whether it stands in events.jsonl; if not, it is in the spool, and the next writer of the run brings it there."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `note`. Raises what `find.run` raises, Usage for a text that is empty or too long, and
    InputOutput where the disk refuses; nothing is kept then.
    """
    text = request.text.strip()
    if not text:
        raise Usage("the note is empty", "workcell note RUN 'what is worth to know', or - to read standard input")
    if len(text) > LONGEST:
        raise Usage(f"a note has at most {LONGEST} characters", "put it into a file, and note the file's path")
    run = find.run(cell.home, request.run)
    seen = look.at(run)
    if not os.path.isdir(run):
        raise NotFound(f"the directory of {seen.id} is gone, and its events with it", f"workcell status {seen.id}")
    words = {"type": notes.EVENT, "attempt": seen.n, "by": cell.caller.word(), "text": text}
    box = os.path.join(run, layout.SPOOL)
    try:
        name = maildir.deliver(box, {**words, "time": clock.stamp(cell.clock())})
    except OSError as error:
        raise InputOutput(f"the note to {seen.id} could not be kept: {error.strerror}", "workcell doctor") from error
    if seen.phase in (phase.STARTING, phase.RUNNING):
        control.notify_runner(run, b"H")
        written = _taken(box, name, time.monotonic() + PATIENCE)
    else:
        write_down(run)
        written = name not in maildir.waiting(box)
    return Result(seen.id, seen.n, name.removesuffix(".json"), written)


def _taken(box: str, name: str, until: float) -> bool:
    pause = 0.01
    while name in maildir.waiting(box):
        if time.monotonic() > until:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def write_down(run: str) -> None:
    """Bring what waits into events.jsonl, where no other process has the right to write the run."""
    try:
        held = writer.take(run, 0.0)
        if held is None:
            return  # its holder drains the spool
        with held:
            journal = events.Journal(os.path.join(run, layout.EVENTS))
            try:
                spool.drain(run, journal)
            finally:
                journal.close()
    except OSError:
        return  # the note is kept, and the next writer of the run finds it
