"""status: the state of runs, with what it rests on."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import find, heartbeat, inbox, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.sessions import short_records
from workcell.views import ending, notes, watches
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


WIDE = 120
"""Maximum characters that are shown of a message."""


@dataclass(frozen=True)
class Request:
    """The runs to show; without one, inside a run that run and its family, elsewhere the overview of the home."""

    runs: tuple[str, ...] = ()
    """Each an id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Queued:
    """A message that has not reached the agent."""

    id: str
    text: str
    """Its first words, on one line."""
    by: str
    at: str | None


@dataclass(frozen=True)
class Spent:
    """What all attempts of a run spent together, and the current one by itself."""

    cost_usd: float | None
    """US dollars; null where no attempt reported a cost."""
    tokens: dict[str, int]
    """By kind: `input`, `output`, `cache_read`, `cache_write`."""
    last_cost_usd: float | None
    last_tokens: dict[str, int]


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
    parent: schema.Parent | None
    """The attempt that the run was launched from inside of; null for one that a person launched."""
    group: str | None
    labels: list[str] | None
    isolation: str | None
    started_at: str | None
    ended_at: str | None
    due_at: str | None
    written_at: str | None
    checked: bool
    altered: list[str]
    usage: schema.Usage | None
    changed: schema.Changed | None
    holds_while: schema.HoldsWhile
    waits: schema.Waits | None
    acknowledged: bool
    last_output_at: str | None
    """When the agent last wrote anything; null before that."""
    last_event_at: str | None
    """Time of the newest event that was captured from the agent's records."""
    last_prompt_at: str | None
    """When the agent was last given something to do, as its records tell."""
    last_answer_at: str | None
    """When the agent last said something, as its records tell."""
    ports: dict[str, int]
    """TCP ports of the current attempt, by name of their variable; of a run that is over they are given back."""
    ports_before: dict[str, int]
    """Those of the attempt before that another program had by then."""
    check: list[str]
    """The last lines that a check printed which did not pass; at most ten."""
    warning: str | None
    """Of a run that is not over: why the watchdog seems not to go on with it, where that is owed; null otherwise."""
    notes: list[notes.Note]
    """The last notes on the run, oldest first; at most three, of the newest MiB of its events."""
    queued: list[Queued]
    """Messages that wait for the agent, oldest first."""
    spent: Spent | None
    """What the run spent in all its attempts; null where its agents keep no records that can be read."""
    summary: str | None = None
    """What a command that `summarize` of config.yaml names said of the last turns; null without one. None is asked."""
    analysis: schema.Analysis | None = None
    """What a run that is over was about; null of one that is not, and where the records are not read."""
    watches: list[watches.Row] = field(default_factory=list)
    """The open watches of a run that is not over, oldest first: of which runs it is to be told."""


@dataclass(frozen=True)
class Several:
    """The status documents of several runs, in the order in which they were asked for."""

    runs: list[Result]


def perform(cell: Cell, request: Request) -> Any:
    """The operation `status`: a Result, Several, or what `_whole` says. Raises what `find.run` raises."""
    if not request.runs:
        return _whole(cell)
    found = _warned(cell.home, [of(find.run(cell.home, word)) for word in request.runs])
    return found[0] if len(found) == 1 else Several(found)


def _whole(cell: Cell) -> Any:
    """Without a run: inside one, that run and its family; elsewhere, the overview of the home."""
    from workcell.views import inside, overview  # each of them loads this module, or many

    place = cell.caller
    if place.inside and layout.home_of(place.runs[0]) == os.path.realpath(cell.home):
        return inside.inside(cell)
    return overview.overview(cell.home, cell.clock())


def of(run: str) -> Result:
    """The whole status of the run in the directory `run`."""
    seen = look.at(run)
    cleaner = run_cleaner.of_run(run)
    keys: Any = {**status(run), **_moments(seen), **_ports(seen), "check": ending.of(seen).check, "warning": None}
    keys.update(notes=notes.last(run, cleaner), queued=_queued(run, cleaner), spent=_spent(seen, cleaner))
    keys.update(_in_short(seen, cleaner), watches=_watches(seen))
    return Result(**{one.name: keys[one.name] for one in fields(Result)})


def _warned(home: str, found: list[Result]) -> list[Result]:
    """The same with what `ls` would say of the watchdog, for those that are not over."""
    words = heartbeat.warning(home, len({one.id for one in found if one.state == phase.SCHEDULED}))
    if words is None:
        return found
    return [one if one.phase == phase.DONE else replace(one, warning=words) for one in found]


def status(run: str) -> schema.Status:
    """The status document of the run as of now. Reads, and starts and ends nothing.

    Of a run that runs the agent's records are read on, so that the activity is of this moment.
    """
    seen = look.at(run)
    cleaner = run_cleaner.of_run(run)
    made = Surroundings(layout.home_of(run)).document(seen, activity_of(seen))
    made["usage"] = _usage(seen, cleaner)
    found: schema.Status = cleaner.record(made)
    return found


def _in_short(seen: look.Look, cleaner: Cleaner) -> dict[str, Any]:
    asked = short_records.summary(seen.directory) if seen.directory else None
    return {
        "summary": cleaner.line(asked["text"]) if asked and asked["text"] else None,
        "analysis": short_records.analysis(seen.directory, cleaner) if seen.phase == phase.DONE else None,
    }


def _watches(seen: look.Look) -> list[watches.Row]:
    """The open watches of the run, if it is not over; one look at a directory where nothing was ever watched."""
    home = layout.home_of(seen.run)
    if seen.phase == phase.DONE or not os.path.isdir(os.path.join(home, layout.WATCHES)):
        return []
    return watches.of(home, seen.id)


def _queued(run: str, cleaner: Cleaner) -> list[Queued]:
    """The messages for the agent that have not reached it."""
    found = []
    for name, message in inbox.waiting(run):
        text = cleaner.line(str(message.get("text") or message["kind"]))
        text = text if len(text) <= WIDE else text[: WIDE - 1] + "…"
        found.append(Queued(os.path.splitext(name)[0], text, cleaner.line(str(message.get("by"))), message.get("at")))
    return found


def _spent(seen: look.Look, cleaner: Cleaner) -> Spent | None:
    """What the run spent; one attempt spent what `usage` says."""
    if seen.reader == "none" or not seen.n:
        return None
    from workcell.views import spending  # as below

    every = spending.of_run(seen, cleaner, time.time())
    cost, tokens = spending.total(every)
    return Spent(cost, tokens, every[-1].cost_usd, every[-1].tokens)


def _usage(seen: look.Look, cleaner: Cleaner) -> schema.Usage | None:
    """What the agent of the current attempt reported by now; None of one that keeps no records."""
    if seen.reader == "none" or not seen.n:
        return None
    from workcell.evidence import usage  # as below

    return usage.of(seen.directory, cleaner)


def activity_of(seen: look.Look) -> schema.Activity | None:
    """What the agent of a live run does, after reading its records on; None for any other."""
    if seen.phase != phase.RUNNING:
        return None
    from workcell.evidence import activity  # the readers of agents' records: a third of what `ls` and `status` import

    return activity.of(seen)


def _moments(seen: look.Look) -> dict[str, str | None]:
    """When the agent last wrote, recorded, was asked and answered, as far as files tell."""
    told = _captured(seen.directory)
    prompt = told["prompt"] if told is not None else None
    said = told["said"] if told is not None else None
    return {
        "last_output_at": _written(os.path.join(seen.directory, layout.AGENT_LOG)) if seen.directory else None,
        "last_event_at": told["last_at"] if told is not None else None,
        "last_prompt_at": prompt["at"] if prompt is not None else None,
        "last_answer_at": said["at"] if said is not None else None,
    }


def _ports(seen: look.Look) -> dict[str, dict[str, int]]:
    """The ports of the current attempt, and the numbers that it could not keep."""
    if seen.attempt is None:
        return {"ports": {}, "ports_before": {}}
    return {"ports": seen.attempt.get("ports", {}), "ports_before": seen.attempt.get("ports_before", {})}


def _captured(directory: str) -> schema.Session | None:
    """The conversation as far as it was captured; None where the agent keeps no records."""
    if not os.path.lexists(os.path.join(directory, layout.CAPTURE)):
        return None
    from workcell.evidence import capture_state

    return capture_state.records(capture_state.stored(directory))


def _written(path: str) -> str | None:
    try:
        facts = os.lstat(path)
    except OSError:
        return None
    return clock.stamp(facts.st_mtime) if facts.st_size else None
