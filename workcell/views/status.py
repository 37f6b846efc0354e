"""status: the state of one run, with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from workcell.cleaning import run_cleaner
from workcell.rundir import find, look, phase
from workcell.rundir import status as documents
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Result:
    """The status document; docs/reference/json-output.md says what each key means."""

    id: str
    name: str | None
    dir: str
    state: str
    phase: str
    activity: schema.Activity | None
    outcome: str | None
    reason: str | None
    needs: schema.Needs | None
    hold: schema.StatusHold | None
    attempt: int | None
    attempts: list[schema.StatusAttempt]
    recipe: str | None
    repo: str | None
    workspace: str | None
    objective: str | None
    base: schema.Base | None
    limits: schema.Limits | None
    group: str | None
    labels: list[str] | None
    isolation: str | None
    started_at: str | None
    ended_at: str | None
    due_at: str | None
    written_at: str | None
    checked: bool
    altered: list[str]
    holds_while: schema.HoldsWhile


def perform(cell: Cell, request: Request) -> Result:
    """The operation `status`. Raises what `find.run` raises for a run that cannot be found."""
    found = status(find.run(cell.home, request.run))
    keys: Any = found
    return Result(**{field.name: keys[field.name] for field in fields(Result)})


def status(run: str) -> schema.Status:
    """The status document of the run as of now. Reads, and starts and ends nothing.

    Of a run that runs the agent's records are read on, so that the activity is of this moment.
    """
    seen = look.at(run)
    found: schema.Status = run_cleaner.of_run(run).record(documents.document(seen, _activity(seen)))
    return found


def _activity(seen: look.Look) -> schema.Activity | None:
    """What the agent of a live run does; None for any other."""
    if seen.phase != phase.RUNNING:
        return None
    from workcell.evidence import activity  # the readers of agents' records: a third of what `ls` and `status` import

    return activity.of(seen)
