"""events: the journal of a run, as it stands or as it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.cleaning import run_cleaner
from workcell.rundir import events as journal
from workcell.rundir import find, layout, look, phase
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema

POLL = 0.2


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    follow: bool = False
    """Go on until the run is over."""


class Stream:
    """Iterates over events, with the secrets of the run masked; `bad` counts the lines that were none."""

    def __init__(self, run: str, follow: bool) -> None:
        self._run = run
        self._follow = follow
        self.bad = 0

    def __iter__(self) -> Iterator[schema.Event]:
        path = os.path.join(self._run, layout.EVENTS)
        offset = 0
        cleaner = run_cleaner.of_run(self._run)
        while True:
            over = not self._follow or look.at(self._run).phase in (phase.DONE, phase.CORRUPT)
            for end, event in journal.read(path, offset):
                offset = end
                if event is None:
                    self.bad += 1
                else:
                    shown: schema.Event = cleaner.record(event)
                    yield shown
            if over:
                return
            time.sleep(POLL)


def perform(cell: Cell, request: Request) -> Stream:
    """The operation `events`. Raises what `find.run` raises for a run that cannot be found."""
    return events(find.run(cell.home, request.run), follow=request.follow)


def events(run: str, *, follow: bool = False) -> Stream:
    """What happened in the run; with `follow` until it is over."""
    return Stream(run, follow)
