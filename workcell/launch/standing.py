"""How runs that are waited for stand: their state, and what they need, for the listener of a wait."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.cleaning import run_cleaner
from workcell.rundir import layout, look, phase

if TYPE_CHECKING:
    from workcell.rundir import schema

ASK = 1.5
"""Seconds between two looks at what a run does: what was captured of its agent is read for that."""

_TOLD = (phase.RUNNING, phase.SCHEDULED, phase.CREATED)
"""Phases in which a run waits for something that its wait does not bring about itself."""


@dataclass(frozen=True)
class Standing:
    """How one run stands now."""

    id: str
    name: str
    over: bool
    state: str
    """The one word of `ls`."""
    needs: schema.Needs | None = None
    """What it needs from a person, of a run that waits for it."""
    waits: schema.Waits | None = None
    """What it waits for, where it is not started."""


class Reader:
    """Tells how runs stand, at every look of a wait."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float, Standing]] = {}

    def of(self, seen: look.Look) -> Standing:
        """How the run stands: as `ls` would say it, at most ASK seconds ago; its records are not read on for it."""
        if seen.phase not in _TOLD:
            return Standing(seen.id, seen.name, seen.phase == phase.DONE, str(seen.outcome or seen.phase))
        now = time.monotonic()
        before = self._known.get(seen.run)
        if before is not None and before[0] == seen.phase and now - before[1] < ASK:
            return before[2]
        made = _standing(seen)
        self._known[seen.run] = (seen.phase, now, made)
        return made


def _standing(seen: look.Look) -> Standing:
    from workcell.views import needs  # the table of needs, which a wait for runs that end soon does without

    activity = None
    if seen.phase == phase.RUNNING and seen.reader != "none":
        from workcell.evidence import capture_state

        activity = capture_state.weighed(seen)
    found = needs.Surroundings(layout.home_of(seen.run)).document(seen, activity)
    told = (found["needs"], found.get("waits"))
    needed, waits = run_cleaner.of_run(seen.run).record(told) if any(told) else told
    return Standing(seen.id, seen.name, False, found["state"], needed, waits)
