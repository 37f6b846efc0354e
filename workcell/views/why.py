"""why: the judgement on a run in words for a person: what decided it, what speaks for and against it, what to do."""

from dataclasses import dataclass
from typing import Any

from workcell.cleaning import run_cleaner
from workcell.evidence import judge, judge_run
from workcell.rundir import find, look, vocabulary
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True, kw_only=True)
class Result(judge.Result):
    """The verdict on the current attempt, and what it means for the run."""

    id: str
    phase: str
    attempt: int
    outcome: str | None
    reason: str | None
    meaning: str
    """The verdict in a sentence."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `why`. Raises what `find.run` raises for a run that cannot be found."""
    return why(cell.home, find.run(cell.home, request.run))


def why(home: str, run: str) -> Result:
    """The verdict as `judge` gives it, and what it means."""
    found: Any = run_cleaner.of_run(run).record(judge_run.judge_run(home, run))
    seen = look.at(run)
    return Result(
        id=seen.id,
        phase=seen.phase,
        attempt=seen.n,
        outcome=seen.outcome,
        reason=seen.reason or seen.why,
        meaning=vocabulary.VERDICTS[found["verdict"]],
        **found,
    )
