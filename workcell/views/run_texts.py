"""The texts of runs that words are searched in: of each attempt its brief, its handoff and its records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from workcell.rundir import find, layout, look, safe_open

if TYPE_CHECKING:
    from workcell.rundir import schema

MOST_TEXT = 1 << 20
"""Maximum bytes of a brief or a handoff that are searched."""

_NAMES = (layout.TRANSCRIPT, layout.AGENT_LOG, layout.BRIEF, layout.HANDOFF)


class Texts(NamedTuple):
    """The texts of one attempt."""

    changed: float
    """When one of them was last written to, in seconds since the epoch."""
    run: str
    """The directory of the run."""
    n: int
    records: str | None
    """The file of its records: the copy of the transcript, else the log; None where there is none."""

    def attempt(self) -> schema.Attempt | None:
        """attempt.json; None where it cannot be read."""
        found: schema.Attempt | None = look.read_record(
            layout.attempt(self.run, self.n), layout.ATTEMPT, [], required=False
        )
        return found

    def written(self) -> Iterator[tuple[str, schema.FoundIn, str]]:
        """(path, kind, text) of the texts that are no records."""
        kinds: tuple[tuple[str, schema.FoundIn], ...] = ((layout.HANDOFF, "handoff"), (layout.BRIEF, "brief"))
        for name, kind in kinds:
            path = os.path.join(layout.attempt(self.run, self.n), name)
            data = safe_open.read(path, MOST_TEXT)
            if data:
                yield path, kind, data.decode("utf-8", "replace")


def every(home: str) -> list[Texts]:
    """Of all attempts, those that were written to last first. Files are asked for their times alone."""
    found = []
    for name in find.ids_of(home):
        run = find.path_of(home, name)
        for n in range(1, (layout.current(run) or 0) + 1):
            times = _times(layout.attempt(run, n))
            records = next((file for file in (layout.TRANSCRIPT, layout.AGENT_LOG) if file in times), None)
            path = None if records is None else os.path.join(layout.attempt(run, n), records)
            found.append(Texts(max(times.values(), default=0.0), run, n, path))
    return sorted(found, key=lambda one: one.changed, reverse=True)


def _times(directory: str) -> dict[str, float]:
    """By name: when the file was last written to; without those that are empty or not there."""
    times = {}
    for name in _NAMES:
        try:
            found = os.lstat(os.path.join(directory, name))
        except OSError:
            continue
        if found.st_size:
            times[name] = found.st_mtime
    return times
