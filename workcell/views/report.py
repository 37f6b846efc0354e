"""report: what came of the runs of the last day: what passed, failed, waits, and went on by itself, and its cost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.base import clock
from workcell.base.errors import Usage, WorkcellError
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.judgement import outcome
from workcell.rundir import layout, look, outcomes, phase, scan, status
from workcell.rundir.cell import Cell
from workcell.views import ending, ls, merging, recoveries, report_text, spending
from workcell.views.needs import Surroundings
from workcell.views.own_commits import OwnCommits, own_commits

if TYPE_CHECKING:
    from workcell.rundir import schema

DAY = 24 * 3600.0
"""Seconds of the time that is told of without a wish."""

MOST = 10
"""Maximum of entries of each part without a wish: one screen."""

About = Callable[[str], bool]
"""Of the directory of a run: whether it is told of."""

FAILED = (outcome.FAILED, outcome.ABANDONED, outcome.TAMPERED)


@dataclass(frozen=True)
class Request:
    since: float = DAY
    """Seconds before now at which the time begins that is told of."""
    form: Literal["text", "md", "html"] = "text"
    """Of `text`: plain text, Markdown, or one HTML file without scripts and links."""
    most: int = MOST
    """Maximum of entries of each part; what is left out is counted."""


@dataclass(frozen=True)
class Ended:
    """A run that was over in this time."""

    id: str
    name: str
    objective: str | None
    outcome: str
    reason: str | None
    """Why it ended so, in one line."""
    ended_at: str | None
    attempts: int
    commits: int | None
    """Since the commit that the run began at, as are the three below; null where git was not asked."""
    files: int | None
    insertions: int | None
    deletions: int | None
    untracked: int | None
    """Files and directories that git does not know; null in records of earlier versions."""
    branch: str | None
    """The branch of its own worktree; null for a run without one."""
    merged: bool | None
    """Whether the checkout has its work already; null without a worktree of its own, or where git cannot tell."""
    merge: str | None
    """The command that merges its work; null where there is nothing to merge."""
    merge_in: str | None
    """The directory for that command."""
    check: list[str]
    """The last lines that its check printed; empty where it passed."""
    command: str | None
    """What to type next; null where nothing is needed."""
    cost_usd: float | None
    """US dollars of all of its attempts; null where the agent reported none."""
    tokens: dict[str, int]
    """Of all of its attempts, by kind: `input`, `output`, `cache_read`, `cache_write`."""


@dataclass(frozen=True)
class Waiting:
    """A run that needs a person, or waits for something else."""

    id: str
    name: str
    state: str
    needs: str | None
    """What a person is needed for; null where it goes on by itself."""
    why: str | None
    until_at: str | None
    """When it goes on by itself, where that is known."""
    command: str | None
    """What to type; null where it goes on by itself."""


@dataclass(frozen=True)
class LeftOut:
    """How many entries each part has beyond those that are listed."""

    passed: int
    failed: int
    others: int
    waits: int
    recovered: int
    commits: int


@dataclass(frozen=True)
class Result:
    since_at: str
    until_at: str
    passed: list[Ended]
    failed: list[Ended]
    """What ended as failed, abandoned or tampered."""
    others: list[Ended]
    """What was stopped, or had no check."""
    waits: list[Waiting]
    """Those that need a person first."""
    recovered: list[recoveries.Recovered]
    """What the watchdog did by a playbook."""
    commits: OwnCommits | None
    """Commits of the checkout around the directory of the caller; null without one, or where an agent worked."""
    live: int
    """How many runs have a runner now."""
    cost_usd: float | None
    """US dollars of all attempts that ended in this time or have not ended; null where none reported a cost."""
    tokens: dict[str, int]
    """Of the same attempts."""
    without_cost: int
    """How many runs of those, with an agent whose records can be read, reported no cost."""
    left_out: LeftOut
    text: str
    """The report in the form that was asked for."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `report`. Looks only; git is asked for what is listed. Raises Usage for a time that is none."""
    if request.since <= 0 or request.most < 0:
        raise Usage("a report needs a time, and a number of entries that is not below 0", "workcell report --since 24h")
    return made(cell.home, cell.clock(), request, cell.directory)


def made(home: str, now: float, request: Request, directory: str | None = None, about: About | None = None) -> Result:
    """The report on the runs of a home, at the epoch time `now`; without a directory, of no checkout.

    `about` says of the directory of a run whether it is told of; without it all are.
    """
    since = now - request.since
    listed = [run for run in ls.listed(home, ls.Request(), now).runs if about is None or about(_path(home, run))]
    ended = [
        run for run in ended_since(home, since, Surroundings(home, now)) if about is None or about(_path(home, run))
    ]
    live = [run for run in listed if run["phase"] != phase.DONE]
    gathered = _Gathered(home, now, request)
    for document in ended:
        gathered.ended(document)
    for document in live:
        gathered.live(document)
    over = {document["id"] for document in ended}
    cleaners = gathered.cleaners
    waits = [one for run in listed if run["id"] not in over and (one := _waiting(run, cleaners)) is not None]
    waits.sort(key=lambda one: one.needs is None)
    recovered = recoveries.since(home, since, {*cleaners}, cleaners)
    commits, more = own_commits(home, directory, since, request.most, [*ended, *live]) if directory else (None, 0)
    cost, tokens = spending.total(gathered.spent)
    result = Result(
        since_at=clock.stamp(since),
        until_at=clock.stamp(now),
        passed=gathered.parts["passed"],
        failed=gathered.parts["failed"],
        others=gathered.parts["others"],
        waits=waits[: request.most],
        recovered=recovered[: request.most],
        commits=commits,
        live=sum(run["phase"] in (phase.STARTING, phase.RUNNING, phase.FINISHING) for run in live),
        cost_usd=cost,
        tokens=tokens,
        without_cost=gathered.silent,
        left_out=LeftOut(
            **gathered.left_out,
            waits=max(0, len(waits) - request.most),
            recovered=max(0, len(recovered) - request.most),
            commits=more,
        ),
        text="",
    )
    return report_text.with_text(result, request.form)


class _Gathered:
    """What the runs of a report add up to."""

    def __init__(self, home: str, now: float, request: Request) -> None:
        self._home = home
        self._now = now
        self._since = now - request.since
        self._most = request.most
        self.parts: dict[str, list[Ended]] = {"passed": [], "failed": [], "others": []}
        self.left_out = dict.fromkeys(self.parts, 0)
        self.cleaners: dict[str, Cleaner] = {}
        self.spent: list[spending.Spent] = []
        self.silent = 0

    def ended(self, document: schema.Status) -> None:
        """Take a run that is over into its part, while there is room."""
        seen, spent = self._add(_path(self._home, document))
        word = _part(document)
        if len(self.parts[word]) < self._most:
            self.parts[word].append(_entry(seen, document, self.cleaners[seen.id], spent))
        else:
            self.left_out[word] += 1

    def live(self, document: schema.Status) -> None:
        """Take the cost of a run that is not over."""
        self._add(_path(self._home, document))

    def _add(self, path: str) -> tuple[look.Look, list[spending.Spent]]:
        seen = look.at(path)
        cleaner = self.cleaners[seen.id] = run_cleaner.of_run(path)
        spent = spending.of_run(seen, cleaner, self._now)
        recent = [one for one in spent if one.at >= self._since]
        self.spent += recent
        if seen.reader != "none":
            self.silent += bool(recent) and all(one.cost_usd is None for one in recent)
        return seen, spent


def _path(home: str, document: schema.Status) -> str:
    return os.path.join(home, layout.RUNS, document["id"])


def ended_since(home: str, since: float, around: Surroundings) -> list[schema.Status]:
    """The documents of the runs that ended since then, those that ended last first."""
    ends = outcomes.every(home)
    found: list[schema.Status] = []
    for name in scan.scan(home).over:
        if name in ends and ends[name].at < since - 1:  # the index counts whole seconds
            continue
        path = os.path.join(home, layout.RUNS, name)
        kept = status.cached(path)
        found.append(around.document(look.at(path)) if kept is None else around.of_ended(kept))
    found = [run for run in found if (run["ended_at"] or "") >= clock.stamp(since)]
    return sorted(found, key=lambda run: run["ended_at"] or "", reverse=True)


def _part(document: schema.Status) -> Literal["passed", "failed", "others"]:
    if document["outcome"] == outcome.PASSED:
        return "passed"
    return "failed" if document["outcome"] in FAILED else "others"


def _entry(seen: look.Look, document: schema.Status, cleaner: Cleaner, spent: Iterable[spending.Spent]) -> Ended:
    cost, tokens = spending.total(list(spent))
    changed = document.get("changed")
    try:
        merge = merging.state(seen)
    except WorkcellError:
        merge = merging.State(None, None, None, None)  # its tree or repository is gone, or git does not answer
    needed = document["needs"]
    return Ended(
        id=seen.id,
        name=cleaner.line(seen.name),
        objective=cleaner.line(seen.objective) if seen.objective else None,
        outcome=str(document["outcome"]),
        reason=cleaner.line(document["reason"]) if document["reason"] else None,
        ended_at=document["ended_at"],
        attempts=seen.n,
        commits=changed["commits"] if changed else None,
        files=changed["files"] if changed else None,
        insertions=changed["insertions"] if changed else None,
        deletions=changed["deletions"] if changed else None,
        untracked=changed.get("untracked") if changed else None,
        branch=cleaner.line(merge.branch) if merge.branch else None,
        merged=merge.merged,
        merge=merge.command if document["outcome"] == outcome.PASSED else None,
        merge_in=merge.directory if merge.command and document["outcome"] == outcome.PASSED else None,
        check=ending.failed_check(seen, cleaner),
        command=needed["command"] if needed else None,
        cost_usd=cost,
        tokens=tokens,
    )


def _waiting(run: schema.Status, cleaners: dict[str, Cleaner]) -> Waiting | None:
    """What the run waits for; None where it waits for nothing."""
    needed, waits = run["needs"], run.get("waits")
    if needed is None and waits is None:
        return None
    cleaner = cleaners.get(run["id"]) or run_cleaner.of_run(run["dir"])
    why = needed.get("why") if needed is not None else waits["why"] if waits else None
    why = why or run["objective"]
    return Waiting(
        id=run["id"],
        name=cleaner.line(run["name"] or run["id"]),
        state=run["state"],
        needs=needed["kind"] if needed else None,
        why=cleaner.line(why) if why else None,
        until_at=(needed.get("until_at") if needed else None) or (waits["until_at"] if waits else None),
        command=needed["command"] if needed else None,
    )
