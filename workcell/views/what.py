"""what: three lines on a run from its records, without a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workcell.cleaning import run_cleaner
from workcell.evidence import activity, capture_state
from workcell.judgement import outcome, words
from workcell.judgement import session as sessions
from workcell.rundir import find, look, phase
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Result:
    id: str
    name: str | None
    state: str
    """The outcome, the activity, or the phase."""
    now: str
    """What the run does now."""
    recently: str
    """What it did last."""
    asked: str
    """What it was asked last."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `what`. Raises what `find.run` raises for a run that cannot be found."""
    return what(find.run(cell.home, request.run))


def what(run: str) -> Result:
    """What the run does now, what it did last, and what it was asked last."""
    seen = look.at(run)
    doing = activity.of(seen)
    state = capture_state.stored(seen.directory) if seen.directory else None
    told = capture_state.records(state) or (state["sources"]["hook"]["session"] if state else sessions.empty())
    said = words.what(told, doing)
    if not told["prompt"]:
        said["asked"] = words.cut(str(seen.objective or said["asked"]))
    if seen.phase != phase.RUNNING:
        said["now"] = words.cut(_over(seen))
    elif not told["events"] and doing is None:
        said["now"] = words.cut(f"runs the recipe {seen.recipe_name}")
    word = seen.outcome or (doing["state"] if doing else None) or seen.phase
    shown: Any = run_cleaner.of_run(run).record(said)
    return Result(seen.id, seen.launch.get("name") if seen.launch else None, word, **shown)


def _over(seen: look.Look) -> str:
    if seen.result is not None:
        return f"{seen.result.get('outcome')}: {seen.result.get('reason')}"
    if seen.exit is not None:
        return f"{seen.phase}: {outcome.ending(seen.exit)}"
    return f"{seen.phase}: {seen.why}" if seen.why else seen.phase
