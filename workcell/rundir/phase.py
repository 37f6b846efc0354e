"""The phase of a run: a pure, total function of files, locks and one identity; the first row that matches wins."""

from workcell.base import probe
from workcell.rundir import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from workcell.rundir import schema

CORRUPT: "Final" = "corrupt"
DONE: "Final" = "done"
UNKNOWN: "Final" = "unknown"
FINISHING: "Final" = "finishing"
RUNNING: "Final" = "running"
STARTING: "Final" = "starting"
SCHEDULED: "Final" = "scheduled"
INTERRUPTED: "Final" = "interrupted"
ORPHANED: "Final" = "orphaned"
LOST: "Final" = "lost"
CREATED: "Final" = "created"

LEFTOVERS = "leftovers"
"""Why a run is orphaned although its agent is gone: something of the run still holds agent.lock."""


def determine(
    stands: "Collection[str]", *, readable: bool, result: bool, runner: str, agent: str, agent_lock: str
) -> "tuple[schema.Phase, str | None]":
    """(phase, why) of one attempt; the rows of the table in docs/format.md, in their order.

    `stands` are the names of the records that stand: by their line in the ledger, or as a readable file for a run
    without a ledger; `result` says so of the result. `readable` says that the ledger can be relied on, or, without
    one, that launch.json, attempt.json, `current` and what is sealed are there, whole and of a version that is read.
    `runner` and `agent_lock` are probes of locks (YES: held), `agent` of the identity in the start record (YES: it
    runs). A question that could not be asked is never read as absence.
    """
    start, exit, next = layout.START in stands, layout.EXIT in stands, layout.NEXT in stands
    if result:
        return DONE, None
    if runner == probe.UNKNOWN:
        return UNKNOWN, "the lock of its runner could not be asked"
    if runner == probe.YES:
        return (FINISHING if exit else RUNNING if start else STARTING), None
    if not readable:
        return CORRUPT, "launch.json, attempt.json, current or a sealed file is unreadable or of another version"
    if not exit and (next or layout.FACTS in stands or layout.VERIFY in stands):
        return CORRUPT, "facts, verify or next stands without exit.json"
    if exit:
        return (SCHEDULED, None) if next else (INTERRUPTED, "its agent has ended, and what follows was cut short")
    if start and agent == probe.YES:
        return ORPHANED, "its runner is gone and its agent is alive"
    if (not start or agent == probe.NO) and agent_lock == probe.YES:
        return ORPHANED, LEFTOVERS
    if start and agent == probe.UNKNOWN:
        return (
            UNKNOWN,
            "its agent could not be asked: it was started on another host or in another pid namespace",
        )
    if agent_lock == probe.UNKNOWN:
        return UNKNOWN, "agent.lock could not be asked"
    return (LOST, "its runner and its agent are gone, and how it ended was not seen") if start else (CREATED, None)
