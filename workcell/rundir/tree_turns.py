"""Runs in the middle of a turn in a shared tree: the check of a run waits until the others there have ended theirs.

That a check waits is written down nowhere. It follows from what stands: the run is finishing, its check is owed and has
not begun, and another run in its tree is in the middle of a turn.
"""

import os

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.rundir import find, hint, layout, lease, look, phase, standby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LONGEST: "Final" = 300.0
"""Maximum seconds for which a check waits until no other run in the tree is in the middle of a turn."""


def others(run: str, top: str) -> "list[str]":
    """Ids of the other runs in the tree at `top` that are in the middle of a turn."""
    home = layout.home_of(run)
    try:
        beside = lease.runs_in(home, top, lambda other: find.is_live(home, other))
    except (WorkcellError, OSError):
        return []
    return [other for other in beside if other != os.path.basename(run) and _works(find.path_of(home, other))]


def _works(run: str) -> bool:
    """Whether the agent of the run may edit at this moment."""
    seen = look.at(run)
    if seen.phase not in (phase.STARTING, phase.RUNNING, phase.ORPHANED, phase.UNKNOWN):
        return False
    heard = hint.read(seen)
    return heard is None or heard["state"] != "idle"


def waited_for(seen: look.Look) -> "list[str]":
    """Ids of the runs for whose turns the check of this run waits; none where it does not wait."""
    attempt, ended = seen.attempt, seen.exit
    if seen.phase != phase.FINISHING or attempt is None or attempt.get("share") is None or ended is None:
        return []
    owed = attempt.get("verify") is not None and ended.get("how") not in ("stopped", "not-started")
    if not owed or (standby.keeps(attempt) and not standby.is_to_finish(seen)):
        return []
    begun = (layout.VERIFY_LOG, layout.VERIFY)
    if any(os.path.lexists(os.path.join(seen.directory, name)) for name in begun):
        return []
    return others(seen.run, attempt["cwd"])


def until(seen: look.Look, now: float) -> "str | None":
    """When the check begins at the latest; None where that is not known: its wait was begun anew."""
    if seen.exit is None:
        return None
    try:
        last = clock.parse(str(seen.exit.get("ended_at"))) + LONGEST
    except ValueError:
        return None
    return clock.stamp(last) if last > now else None
