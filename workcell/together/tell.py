"""tell: words of an agent for the person, from inside its run, as a notice."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Final

from workcell.base.errors import InputOutput, Refused, TryAgain, Usage
from workcell.channels import post, schedule, sending
from workcell.rundir import attending, layout, look, notice
from workcell.rundir import env as environment
from workcell.rundir.cell import Cell

EVENT: Final = "told"

MOST = 10
"""Maximum of notices from one run in an hour."""

HOUR = 3600.0

LONGEST, SUBJECT = 2000, 100
"""Maximum characters of a text, and of its subject."""

PATIENCE = 5.0
"""Seconds to wait for another process of the run that tells something."""


@dataclass(frozen=True)
class Request:
    text: str
    subject: str | None = None
    """A few words that stand before the text."""


@dataclass(frozen=True)
class Result:
    id: str
    """The run that it was told from."""
    notice: str
    """The id of the notice."""
    adapters: list[str]
    """The adapters that send it; empty where none asks for such notices."""
    left: int
    """How many more can be told within this hour."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `tell`. Returns as soon as the notice is on disk; a process of its own sends it.

    Raises Refused outside of a run, and beyond the cap; Usage for a text that is empty or too long; TryAgain while
    another process of the run tells something; InputOutput where the disk refuses.
    """
    text, subject = request.text.strip(), (request.subject or "").strip()
    if not text:
        raise Usage("the text is empty", "workcell tell 'what the person should know'")
    if len(text) > LONGEST or len(subject) > SUBJECT:
        raise Usage(
            f"a text has at most {LONGEST} characters, and a subject {SUBJECT}", "put the rest into the handoff"
        )
    if not cell.caller.inside:
        raise Refused(
            "'workcell tell' is for an agent inside its run, and this was called from outside",
            "workcell send RUN TEXT brings words to an agent; workcell notify test NAME tries an adapter",
        )
    seen = look.at(cell.caller.runs[0])
    lock = attending.take(seen.run, attending.TELLS, PATIENCE)
    if lock is None:
        raise TryAgain(f"another process of {seen.id} tells something", "try again in a few seconds")
    try:
        return _tell(seen, f"{subject}: {text}" if subject else text, cell.clock())
    finally:
        os.close(lock)


def _tell(seen: look.Look, words: str, now: float) -> Result:
    home = layout.home_of(seen.run)  # the caller may have been told of another home, or of none
    told = _told(home, seen.id, now)
    if told >= MOST:
        raise Refused(
            f"{seen.id} has told {told} things within an hour, and that is the most",
            "put it into the handoff, or tell several things as one later",
        )
    edge = str(time.time_ns() // 1000)
    if not post.about_run(seen, EVENT, {"why": words}, edge):
        raise InputOutput("the notice could not be written", "free some disk space: workcell doctor")
    adapters = _adapters(home, seen)
    if adapters:
        sending.detach(home, environment.read(seen.run).env)
    return Result(seen.id, notice.key(seen.id, seen.n, EVENT, edge), adapters, MOST - told - 1)


def _told(home: str, run: str, now: float) -> int:
    """How many notices of the kind the run has posted within an hour; names of the outbox say when."""
    found = set()
    for part in (notice.NEW, notice.CUR, notice.SENT, notice.FAILED):
        try:
            names = os.listdir(os.path.join(notice.box(home), part))
        except OSError:
            continue
        found |= {name for name in names if name.startswith(f"{run}.") and f".{EVENT}." in name}
    moments = [name.rpartition(f".{EVENT}.")[2].removesuffix(".json") for name in found]
    return sum(moment.isdigit() and now - int(moment) / 1e6 < HOUR for moment in moments)


def _adapters(home: str, seen: look.Look) -> list[str]:
    """The names of the adapters that take it."""
    launch = seen.launch
    if launch is None or not sending.asks_for(home, EVENT):
        return []
    return [
        one.name
        for one in sending.adapters(home).usable
        if one.enabled and EVENT in one.events and schedule.told_of(one, launch["notify"], launch["labels"])
    ]
