"""The notices `progress`: what a live run did since it was last told of, where config.yaml gives `progress_every`.

Invariants:
- One notice at most for a run in each `progress_every`, and none where nothing was done since the last one.
- The times are those of the wall clock and lie in a file: they outlast the watchdog, and a restart of the machine.
- A notice is posted before the file is replaced. Killed between, the next tick posts it again under the same id, which
  has the time since which it counts, and the outbox drops it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from workcell.base import clock, counts, json_codec
from workcell.base.errors import WorkcellError
from workcell.channels import post, sending
from workcell.cleaning import run_cleaner
from workcell.evidence import capture, capture_state, usage
from workcell.git import changes, repository
from workcell.judgement import words
from workcell.rundir import heartbeat, layout, look, seal
from workcell.sessions import conversation, done_since
from workcell.texts import config
from workcell.views import what

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from workcell.rundir import schema
    from workcell.texts.values import ConfigValues

EVENT: schema.NoticeEvent = "progress"

BUDGET = 10.0
"""Seconds of one tick after which no further run is looked at; its turn comes with the next tick."""

READ = 2.0
"""Maximum seconds for reading what one agent recorded."""


def tell(home: str, running: Iterable[look.Look], held: Container[str], now: float) -> list[str]:
    """Post what is due of these runs at `now`, in epoch seconds; a line for each notice.

    Of the runs in `held`, by id, nothing is told: a person has put a hold on them. A run that is not in `running` is
    forgotten. Raises OSError where the file cannot be written.
    """
    settings = _settings(home)
    if settings is None:
        _forget(home)
        return []
    stored = heartbeat.progress(home)
    before = stored["runs"] if stored is not None else {}
    after: dict[str, schema.ProgressRun] = {}
    told = []
    begun, wanted = clock.monotonic(), None
    for seen in running:
        every = _every(settings, seen)
        if every is None:
            continue
        mine = after[seen.id] = _known(before.get(seen.id), seen, now)
        if seen.id in held or now < clock.parse(mine["looked_at"]) + every:
            continue
        if clock.monotonic() - begun > BUDGET:
            continue
        wanted = sending.asks_for(home, EVENT) if wanted is None else wanted
        if _look(seen, mine, now, wanted):
            told.append(f"{seen.id}: told as {EVENT}")
    if after != before or stored is None:
        kept: schema.Progress = {"schema": "workcell.file.progress/1", "runs": after}
        seal.replace(heartbeat.directory(home), heartbeat.PROGRESS, json_codec.encode(kept))
    return told


def _settings(home: str) -> ConfigValues | None:
    """The configuration, if it wants any such notice; None where its file has faults, which `doctor` tells."""
    try:
        found = config.read(os.path.join(home, layout.CONFIG))
    except WorkcellError:
        return None
    given = [found["progress_every"], *(one["progress_every"] for one in found["recipes"].values())]
    return found if any(given) else None


def _every(settings: ConfigValues, seen: look.Look) -> float | None:
    """Seconds between two notices of that run: those of its recipe, else those for all."""
    of_recipe = settings["recipes"].get(str(seen.recipe_name))
    return (of_recipe["progress_every"] if of_recipe else None) or settings["progress_every"]


def _forget(home: str) -> None:
    try:
        os.unlink(os.path.join(heartbeat.directory(home), heartbeat.PROGRESS))
    except OSError:
        pass


def _known(mine: schema.ProgressRun | None, seen: look.Look, now: float) -> schema.ProgressRun:
    """What is remembered of this attempt; for one that was never looked at, that it has begun."""
    if mine is not None and mine["n"] == seen.n and 0 < _epoch(mine["since"]) <= _epoch(mine["looked_at"]) <= now:
        return {**mine}
    begun = min(now, _epoch(seen.start["started_at"] if seen.start is not None else None) or now)
    at = clock.stamp(begun)
    return {"n": seen.n, "since": at, "looked_at": at, "figures": None}


def _epoch(at: str | None) -> float:
    """Epoch seconds; 0 for what is no time: the file may be from an older version, or mended by hand."""
    try:
        return clock.parse(at) if at else 0.0
    except ValueError:
        return 0.0


class _Work(NamedTuple):
    """What one look found."""

    figures: schema.RunFigures
    branch: str | None


def _look(seen: look.Look, mine: schema.ProgressRun, now: float, wanted: bool) -> bool:
    """Look at a run whose time has come and tell of it; whether a notice was posted. Changes `mine`."""
    at = clock.stamp(now)
    if not wanted:
        mine["looked_at"] = at
        return False
    found = _measured(seen)
    if found.figures == mine["figures"] or not _anything(found.figures):
        mine["looked_at"] = at
        return False
    facts = _facts(seen, found, mine, now)
    if not post.about_run(seen, EVENT, facts, mine["since"]):
        return False  # the disk is full: the next tick tries again
    mine["since"] = mine["looked_at"] = at
    mine["figures"] = found.figures
    return True


def _anything(figures: schema.RunFigures) -> bool:
    """Whether anything was done at all since the run began."""
    changed = figures["changed"]
    return bool(
        figures["records"]
        or figures["log"]
        or (changed is not None and (changed["commits"] or changed["files"] or changed["untracked"]))
    )


def _measured(seen: look.Look) -> _Work:
    """The figures of the run as of now."""
    session = None
    if seen.reader != "none":
        state = capture.read_on(seen.run, seconds=READ, patience=0.2)
        session = capture_state.records(state)
    draws = seen.io == "terminal"
    tree, since = _git(seen)
    figures: schema.RunFigures = {
        "records": session["events"] if session is not None else 0,
        "log": 0 if draws or seen.reader != "none" else _size(os.path.join(seen.directory, layout.AGENT_LOG)),
        "changed": None,
    }
    if since is not None:
        figures["changed"] = {
            "commits": since.commits,
            "files": since.files,
            "insertions": since.insertions,
            "deletions": since.deletions,
            "untracked": since.untracked,
        }
    return _Work(figures, tree.branch if tree is not None else None)


def _git(seen: look.Look) -> tuple[repository.Tree | None, changes.Changes | None]:
    """(the tree of the run, what changed in it since the launch), as far as git says."""
    base = seen.launch["base"] if seen.launch is not None else None
    if base is None or seen.launch is None:
        return None, None
    try:
        tree = repository.find(seen.launch["workspace"])
        return tree, None if tree is None else changes.changes_since(tree, base["head"])
    except WorkcellError:
        return None, None


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _facts(seen: look.Look, found: _Work, mine: schema.ProgressRun, now: float) -> schema.NoticeFacts:
    since = clock.parse(mine["since"])
    talk = conversation.of_attempt(seen, seen.n, "transcript")
    done = done_since.of(talk, since) if talk is not None else None
    changed = found.figures["changed"]
    cost = usage.of(seen.directory, run_cleaner.of_run(seen.run)) if talk is not None else None
    told: dict[str, object] = {
        "why": _why(done, _new_commits(mine, found), now - since),
        "objective": seen.objective,
        "since": mine["since"],
        "turns": done.turns if done is not None else None,
        "tool_calls": done.tool_calls if done is not None else None,
        "tests": done.tests if done is not None else None,
        "answer": words.cut((done.said if done is not None else what.last_lines(seen)) or ""),
        "commits": changed["commits"] if changed is not None else None,
        "files": changed["files"] or None if changed is not None else None,
        "added": changed["insertions"] if changed is not None and changed["files"] else None,
        "removed": changed["deletions"] if changed is not None and changed["files"] else None,
        "untracked": changed["untracked"] or None if changed is not None else None,
        "branch": found.branch,
        "seconds": now - _epoch(seen.start["started_at"]) if seen.start is not None else None,
        "cost_usd": cost["cost_usd"] if cost is not None else None,
        "command": None if talk is not None else f"workcell logs {seen.id}",
    }
    known: Any = {key: value for key, value in told.items() if value is not None}
    facts: schema.NoticeFacts = known
    return facts


def _new_commits(mine: schema.ProgressRun, found: _Work) -> int:
    """Commits since the run was last told of; 0 where that cannot be known."""
    now, figures = found.figures["changed"], mine["figures"]
    before = figures["changed"] if figures is not None else None
    if now is None or now["commits"] is None or (before is not None and before["commits"] is None):
        return 0
    return max(0, now["commits"] - ((before["commits"] or 0) if before is not None else 0))


def _why(done: done_since.Done | None, commits: int, seconds: float) -> str:
    """What was done, in one line: `in the last 30m 02s: 2 turns, 14 tool calls, 1 commit`."""
    counted = [(done.turns, "turn"), (done.tool_calls, "tool call")] if done is not None else []
    parts = [counts.count(n, word) for n, word in [*counted, (commits, "commit")] if n]
    last = f"in the last {clock.span(seconds)}"
    return f"{last}: {', '.join(parts)}" if parts else f"at work {last}"
