"""The report that stands in the daily summary of an adapter, as the outbox knows it: a room above makes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from workcell.base.errors import WorkcellError
from workcell.texts.adapter import Adapter


class Day(Protocol):
    """The report of one day."""

    @property
    def title(self) -> str: ...

    @property
    def runs(self) -> Collection[str]:
        """Ids of the runs that it tells of."""

    def lines(self, most: int, size: int) -> list[str]:
        """Its lines, with at most `most` entries of each part; none is longer than `size`, and no command is cut."""


Maker = Callable[[Adapter, float, float], Day]
"""The report for one adapter, from the time of its oldest notice to now, both in epoch seconds."""


def made(make: Maker | None, adapter: Adapter, oldest: float, now: float) -> Day | None:
    """The report; None where none can be made: what was posted is told, whatever is wrong with a run."""
    if make is None:
        return None
    try:
        return make(adapter, oldest, now)
    except (WorkcellError, OSError, ValueError):
        return None
