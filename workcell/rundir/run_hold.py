"""The hold on a run: the one answer to whether the watchdog keeps away from it."""

import os
import time

from workcell.base import clock, json_codec
from workcell.rundir import layout, orders, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workcell.rundir import schema

MOST_BYTES = 1 << 20


def standing(run: str, now: "float | None" = None) -> "schema.RunHold | schema.Order | None":
    """The hold on the run in the directory `run`, if it stands at the epoch time `now`; None when there is none.

    It is what the orders say, which the agent cannot write. Of a run without a ledger it is the file `hold`; one that
    cannot be read, or is of another version, holds without an end: a person may have put it there.
    """
    at = time.time() if now is None else now
    if orders.needed(run):
        return orders.hold(run, at)
    path = os.path.join(run, layout.HOLD)
    if not os.path.lexists(path):
        return None
    try:
        found: Any = json_codec.decode(safe_open.read(path, MOST_BYTES) or b"")
    except (OSError, ValueError):
        if not os.path.lexists(path):
            return None  # released between the two looks
        found = {}
    if json_codec.major(found, "hold") not in layout.RECORDS:
        found = {"until_at": None, "why": None, "by": None}
    return found if stands(found, at) else None


def stands(hold: "Mapping[str, object]", now: float) -> bool:
    """Whether the time of a hold, on a run or on an account, is not over."""
    until = hold.get("until_at")
    if not until:
        return True
    try:
        return now < clock.parse(str(until))
    except ValueError:
        return True
