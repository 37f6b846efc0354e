"""watched_runs: the watches that a tick finds to be due, beside those that the watched runs themselves fire.

A tick fires what a killed process left: the watches on runs that are over or gone, those whose time has come, and those
on live runs that came to rest. What waits for an end is not opened before that has come.
"""

import os

from workcell.rundir import family, hint, ledger, look, phase, watches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.watch.findings import Finding

_RESTS = ("approval", "question", "idle", "limited")
"""Activities in which a watched run may be at what a watch waits for."""


def fire(home: str, now: float, live: "dict[str, look.Look]", found: "dict[str, Finding]") -> "list[str]":
    """Fire what is due at the epoch time `now`; a line for each.

    `live` are looks at the runs that are not over, by id, `found` what this tick found of them.
    """
    did: list[str] = []
    for run in watches.watched(home):
        glance = watches.glance(home, run)
        over = run not in live and _over(home, run)
        if glance is None:
            if over:
                watches.remove_empty(home, run)
        elif over or glance.due <= now or _may_rest(glance, live.get(run), found.get(run)):
            from workcell.finish import watchers  # most ticks fire nothing

            did += watchers.tell(live.get(run) or look.at(family.directory(home, run)), now)
    return did


def _over(home: str, run: str) -> bool:
    return os.path.lexists(ledger.ended_path(family.directory(home, run))) or watches.is_gone(home, run)


def _may_rest(glance: watches.Glance, seen: "look.Look | None", finding: "Finding | None") -> bool:
    """Whether it is worth to open the watches on a live run."""
    if seen is None:
        return False
    if seen.phase == phase.CORRUPT:
        return True
    if glance.only_ends:
        return False
    if seen.phase != phase.RUNNING or finding is not None:
        return True
    heard = hint.read(seen)
    return heard is not None and heard["state"] in _RESTS
