"""Has the command of `summarize` asked for the last turns of a live run once a turn is over, where one is named.

`_attend` leaves that to a process of its own: a command may take half a minute, and a person who is needed is told
before. One such process waits for each run, and one command is asked at a time in the whole home.
"""

from __future__ import annotations

import os
import time

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.evidence import activity
from workcell.rundir import attending, layout, look, phase, safe_open
from workcell.sessions import short_records, summaries

PATIENCE = 90.0
"""Maximum seconds to wait for the commands that are asked about other runs."""

_IN_TURN = ("working", "retrying", "unknown")
"""Activities in which no turn is over."""


def wanted(run: str) -> bool:
    """Whether config.yaml of the home has the word at all: most files have not, and YAML costs 40 ms."""
    path = os.path.realpath(os.path.join(layout.home_of(run), layout.CONFIG))
    text = safe_open.read(path, 1 << 20)
    return text is not None and b"summarize" in text


def refresh(run: str, n: int) -> None:
    """Bring summary.json of attempt `n` up to date, where its turn is over and a command is named.

    A turn that ends soon after the last question is waited with: what is asked then has the newest turns.
    """
    asked = summaries.commands(layout.home_of(run))
    if not asked.named():
        return
    lock = attending.take(run, attending.SUMMARIZES, 0.0)
    if lock is None:
        return  # that process has not asked yet, or the next turn is asked about
    try:
        before = short_records.summary(layout.attempt(run, n))
        if before is not None:
            gone = max(0.0, time.time() - clock.parse(before["asked_at"]))
            time.sleep(max(0.0, summaries.APART - gone))
        seen = look.at(run)
        if seen.phase != phase.RUNNING or seen.n != n:
            return
        doing = activity.of(seen)
        if doing is None or doing["state"] in _IN_TURN:
            return
        summaries.current(seen, run_cleaner.of_run(run), asked, time.time(), PATIENCE)
    finally:
        os.close(lock)
