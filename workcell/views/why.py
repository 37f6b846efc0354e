"""why: the judgement on a run in words for a person: what decided it, what speaks for and against it, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.cleaning import run_cleaner
from workcell.evidence import judge, judge_run
from workcell.rundir import find, look, proposals, vocabulary
from workcell.rundir.cell import Cell
from workcell.views import ending, status

if TYPE_CHECKING:
    from workcell.rundir import schema


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
    headline: str | None
    """How the attempt ended, and why; of one that runs, what its agent does."""
    check: list[str]
    """The last lines that a check printed which did not pass; at most ten."""
    state: str
    """The one word of `ls` and `status`."""
    needs: schema.Needs | None
    """What the run needs from a person; null when it needs nothing."""
    waits: schema.Waits | None
    """What a run that is not started waits for."""
    activity: schema.Activity | None
    """What the agent of a live run does, and what says so."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `why`. Raises what `find.run` raises for a run that cannot be found."""
    return why(cell.home, find.run(cell.home, request.run))


def why(home: str, run: str) -> Result:
    """The verdict as `judge` gives it, and what it means."""
    cleaner = run_cleaner.of_run(run)
    found: Any = cleaner.record(judge_run.judge_run(home, run))
    seen, now = look.at(run), status.status(run)
    ended = ending.of(seen, cleaner)
    return Result(
        id=seen.id,
        phase=seen.phase,
        attempt=seen.n,
        outcome=seen.outcome,
        reason=cleaner.mask(reason) if (reason := proposals.reason(seen) or seen.why) else reason,
        meaning=_meaning(found["verdict"], now["state"]),
        headline=ended.headline or cleaner.line(_live(seen, now)),
        check=ended.check,
        state=now["state"],
        needs=now["needs"],
        waits=now.get("waits"),
        activity=now["activity"],
        **found,
    )


def _meaning(verdict: schema.VerdictName, state: schema.State) -> str:
    """The verdict in a sentence, and whether a person is needed where the agent itself is not done with it."""
    meaning = vocabulary.VERDICTS[verdict]
    if state == "retrying":
        return f"{meaning} The agent tries again by itself; you are needed once it gives up."
    return meaning


def _live(seen: look.Look, now: schema.Status) -> str:
    """The state of a run whose agent lives, and what tells it: `idle: the turn is over: Done.`."""
    if now["reason"]:
        return f"{now['state']}: {now['reason']}"
    doing = now["activity"]
    said = [one["words"] for one in doing["evidence"] if one["says"] == now["state"]] if doing is not None else []
    if said:
        return f"{now['state']}: {said[0]}"
    if seen.reader == "none":
        return f"{now['state']}: what its agent does is not known: it keeps no records that can be read"
    return f"{now['state']}: nothing tells yet what its agent does"
