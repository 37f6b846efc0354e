"""what: three lines on a run from its records, without a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.cleaning import run_cleaner
from workcell.evidence import activity, capture_state
from workcell.judgement import outcome, words
from workcell.judgement import session as sessions
from workcell.rundir import deferred, find, layout, look, needs, phase, proposals, standby, status
from workcell.rundir.cell import Cell
from workcell.sessions import short_records, summaries, titles
from workcell.sessions.lines import is_own, own_prompt
from workcell.views import log_lines

if TYPE_CHECKING:
    from workcell.rundir import schema

SHOWN = 10
"""Last lines of a log among which those are looked for that say something."""


NO_COMMANDS = summaries.Commands()


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    cached: bool = False
    """Only the summary that is there; no command that `summarize` of config.yaml names is asked."""


@dataclass(frozen=True)
class Result:
    id: str
    name: str | None
    state: str
    """The outcome, the activity, or the phase."""
    title: str
    """What the run is for, made of what was asked first."""
    now: str
    """What the run does now."""
    recently: str
    """What it did last."""
    asked: str
    """What it was asked last."""
    summary: str | None = None
    """What a command that `summarize` of config.yaml names says of the last turns; null without one."""
    summary_calls: int = 0
    """How often such a command was asked about the current attempt."""
    analysis: schema.Analysis | None = None
    """What a run that is over was about; null of one that is not, and where the records are not read."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `what`. Raises what `find.run` raises for a run that cannot be found."""
    run = find.run(cell.home, request.run)
    asked = summaries.Commands() if request.cached else summaries.commands(cell.home)
    return what(run, asked, cell.clock())


def what(run: str, asked: summaries.Commands = NO_COMMANDS, now: float = 0.0) -> Result:
    """What the run does now, what it did last, and what it was asked last; `asked` are commands that may summarize."""
    seen = look.at(run)
    doing = activity.of(seen)
    state = capture_state.stored(seen.directory) if seen.directory else None
    told = capture_state.records(state) or (state["sources"]["hook"]["session"] if state else sessions.empty())
    said = words.what(told, doing)
    if not told["prompt"] or is_own(told["prompt"]["text"], own_prompt(seen.attempt)):
        said["asked"] = words.cut(str(seen.objective or said["asked"]))
    if said["recently"] == words.NOTHING:
        said["recently"] = last_lines(seen) or ("nothing that it recorded" if seen.exit else words.NOTHING)
    if seen.phase != phase.RUNNING:
        said["now"] = words.cut(_over(seen))
    elif not told["events"] and doing is None:
        said["now"] = words.cut(f"runs the recipe {seen.recipe_name}")
    word = seen.outcome or (doing["state"] if doing else None) or status.state_of(seen, None)
    cleaner = run_cleaner.of_run(run)
    shown: Any = cleaner.record(said)
    title = titles.of(cleaner.mask(seen.objective or (told["prompt"]["text"] if told["prompt"] else "")))
    summary = summaries.current(seen, cleaner, asked, now) if seen.directory else None
    return Result(
        id=seen.id,
        name=seen.launch.get("name") if seen.launch else None,
        state=word,
        title=title,
        **shown,
        summary=cleaner.line(summary["text"]) if summary and summary["text"] else None,
        summary_calls=summary["calls"] if summary else 0,
        analysis=short_records.analysis(seen.directory, cleaner) if seen.phase == phase.DONE else None,
    )


def last_lines(seen: look.Look) -> str:
    """The last lines of the log of a program that keeps no records; empty where there are none."""
    if not seen.n or layout.START not in seen.stands:
        return ""
    lines = [line.strip() for line in log_lines.whole(seen, seen.n, SHOWN) if line.strip()]
    return words.cut(" · ".join(lines[-3:]))


def _over(seen: look.Look) -> str:
    if seen.result is not None:
        return f"{seen.result.get('outcome')}: {proposals.reason(seen)}"
    if standby.waits(seen):
        return f"{standby.WAITING}: {standby.REASON}"
    call = deferred.undecided(seen)
    if call is not None:
        return f"{seen.phase}: it waits for a yes or no: {needs.asked(call)}"
    if seen.exit is not None:
        return f"{seen.phase}: {outcome.ending(seen.exit)}"
    return f"{seen.phase}: {seen.why}" if seen.why else seen.phase
