"""Plans that have something to do and that no process brings on: a process that waits for them has that done.

What was to bring a plan on may have been killed. A tick finds that out, too; a wait does not depend on a watchdog.
"""

import os
import time

from workcell.base.errors import WorkcellError
from workcell.finish import of_plan
from workcell.rundir import plans
from workcell.views import plan_state

LOOK = 1.0
"""Seconds between two looks at a plan."""

OVERDUE = 3.0
"""Seconds for which a plan has something to do, and its lock is free, before it is brought on from here."""

MOST = 60.0
"""Maximum seconds between two processes that are started for one plan: an entry may wait for its tree for hours."""


class Stalled:
    """What one wait remembers of plans between its looks."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._looked: dict[str, float] = {}
        self._since: dict[str, float] = {}
        self._patience: dict[str, float] = {}

    def look(self, plan: str) -> bool:
        """Look at the plan of that id, and start the process that brings it on where that is overdue; whether it was.

        Most calls do nothing: the plan is looked at every LOOK seconds. What keeps the process from being started is
        left to the next look.
        """
        now = time.monotonic()
        if now - self._looked.get(plan, -LOOK) < LOOK:
            return False
        self._looked[plan] = now
        if plans.held(self._home, plan) or not self._waits(plan):
            self._since.pop(plan, None)
            return False
        patience = self._patience.get(plan, OVERDUE)
        if now - self._since.setdefault(plan, now) < patience:
            return False
        self._since[plan], self._patience[plan] = now, min(2 * patience, MOST)
        try:
            of_plan.bring_on(self._home, plan)
        except (OSError, ValueError):
            return False
        return True

    def _waits(self, plan: str) -> bool:
        """Whether the plan has something to do, and is not known to be over."""
        over = os.path.lexists(os.path.join(plans.directory(self._home, plan), plans.OVER))
        if over and not plans.changed(self._home, plan):
            return False
        try:
            return plan_state.is_open(self._home, plan)
        except (WorkcellError, OSError):
            return False  # it was removed meanwhile, or cannot be read
