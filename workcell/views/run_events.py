"""The events of one run, read on from where they were read last and made ready to be shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import events as journal
from workcell.rundir import layout
from workcell.views.event_keys import Shown, ShownEvent

if TYPE_CHECKING:
    from workcell.rundir import schema

NEAR_END = 1 << 20
"""Bytes at the end of a journal that are read where only what follows is asked for: they tell which turn is open."""


class RunEvents:
    """The journal of one run. `bad` counts the lines that are no events, `hooked` says that a hook told something."""

    def __init__(self, run: str) -> None:
        self.id = os.path.basename(run)
        self.bad = 0
        self.hooked = False
        self._run = run
        self._path = os.path.join(run, layout.EVENTS)
        self._offset = 0
        self._shown = Shown(self.id)
        self._cleaner: Cleaner | None = None

    def size(self) -> int:
        """Bytes of the journal; 0 where there is none."""
        try:
            return os.stat(self._path).st_size
        except OSError:
            return 0

    def near_end(self) -> None:
        """Leave out all but the last NEAR_END bytes."""
        start = self.size() - NEAR_END
        if start <= 0:
            return
        with open(self._path, "rb") as file:
            file.seek(start)
            self._offset = start + len(file.readline())

    def new(self) -> Iterator[ShownEvent]:
        """What was not read before, in the order of the journal, with the secrets of the run masked."""
        if self.size() <= self._offset:
            return
        for end, line in journal.read(self._path, self._offset):
            self._offset = end
            event = _event(line)
            if event is None:
                self.bad += 1
                continue
            self.hooked = self.hooked or event["type"] == "hook"
            yield self._shown.of(self._clean(event))

    def _clean(self, event: schema.Event) -> schema.Event:
        if self._cleaner is None or event["type"] == "attempt.started":
            self._cleaner = run_cleaner.of_run(self._run)  # a resume may bring other secrets
        found: schema.Event = self._cleaner.record(event)
        return found


def _event(line: Any) -> schema.Event | None:
    """The line as an event; None where it is none. The agent can write to that file, too."""
    if not isinstance(line, dict) or not isinstance(line.get("type"), str) or not isinstance(line.get("at"), str):
        return None
    found: Any = line
    return found if isinstance(line.get("n"), int) else None
