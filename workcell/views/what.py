"""what: three lines on a run from its records, without a model."""

from __future__ import annotations

from dataclasses import dataclass

from workcell.cleaning import run_cleaner
from workcell.evidence import activity, capture_state
from workcell.judgement import outcome, words
from workcell.judgement import session as sessions
from workcell.rundir import find, look, phase
from workcell.rundir.cell import Cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.base.json_codec import Json


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
    return Result(**what(find.run(cell.home, request.run)))


def what(run: str) -> Json:
    """{id, name, state, now, recently, asked}: what it does now, what it did last, what it was asked last."""
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
    said = run_cleaner.of_run(run).record(said)
    return {"id": seen.id, "name": seen.launch.get("name") if seen.launch else None, "state": word, **said}


def _over(seen: look.Look) -> str:
    if seen.result is not None:
        return f"{seen.result.get('outcome')}: {seen.result.get('reason')}"
    if seen.exit is not None:
        return f"{seen.phase}: {outcome.ending(seen.exit)}"
    return f"{seen.phase}: {seen.why}" if seen.why else seen.phase
