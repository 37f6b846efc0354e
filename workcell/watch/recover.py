"""recover: tells how the watchdog would act on one run and why, and acts at once, without waiting for a tick."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from workcell.accounts import holds
from workcell.base.errors import TryAgain
from workcell.cleaning import run_cleaner
from workcell.evidence import verdict as verdicts
from workcell.finish import decide
from workcell.judgement import choice
from workcell.playbooks import library
from workcell.playbooks.playbook import Playbook
from workcell.rundir import deferred, find, heartbeat, locks, look, needs, phase, standby, status
from workcell.rundir.cell import Cell
from workcell.trust import policy
from workcell.watch import act, findings, incidents, observe

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENT = 24 * 3600.0
"""Seconds for which a live run counts as seen in its state when a person asks for it to be acted on."""

SETTLES = "its end is written down, leftovers are ended, verify runs, and what follows is decided from that"


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    dry_run: bool = False
    """Say what would be done and why, and do nothing."""


@dataclass(frozen=True)
class Result:
    id: str
    phase: str
    found: str | None
    """The finding that is acted on; None when there is none."""
    playbook: str | None
    fits: list[str]
    steps: list[str]
    why: str
    verdict: schema.VerdictSummary | None = None
    did: list[str] = field(default_factory=list)
    dry_run: bool = False


def perform(cell: Cell, request: Request) -> Result:
    """The operation `recover`. Raises what `find.run` and `recover` raise."""
    done = recover(cell.home, find.run_to_change(cell.home, request.run), dry_run=request.dry_run)
    return replace(done, dry_run=request.dry_run)


def recover(home: str, run: str, *, dry_run: bool) -> Result:
    """Look at the run as a tick would and, unless `dry_run`, act on it at once.

    A hold on the run keeps the watchdog away, not the person who asks here; caps and the fence hold for both.
    Raises TryAgain while a tick is at work.
    """
    if dry_run:
        return _cleaned(_plan(home, look.at(run), observe.Memory(home, observe.Now())), run)
    os.makedirs(heartbeat.directory(home), 0o700, exist_ok=True)
    lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOCK))
    if lock is None:
        raise TryAgain("a tick of the watchdog is at work", "try again in a few seconds")
    try:
        memory = observe.Memory(home, observe.Now())
        seen = look.at(run)
        planned = _plan(home, seen, memory)
        did = (
            act.act(home, memory, [(seen, cast("findings.Finding", planned.found))], None, 0, 60.0)
            if planned.found
            else []
        )
    finally:
        os.close(lock)
    return _cleaned(replace(planned, phase=look.at(run).phase, did=did), run)


def _cleaned(found: Result, run: str) -> Result:
    """The result as it may leave the run: reasons and words come from what the agent wrote."""
    return Result(**run_cleaner.of_run(run).record(vars(found)))


def _plan(home: str, seen: look.Look, memory: observe.Memory) -> Result:
    """The plan for a run, without the patience of a tick: the person who asks has seen its state, too."""
    if seen.phase == phase.DONE:
        reason = str(seen.reason)
        return Result(seen.id, seen.phase, None, None, [], [], f"it is over: {reason}")
    if findings.settles(seen):
        return Result(seen.id, seen.phase, findings.SETTLE, None, [], ["settle"], SETTLES)
    if seen.phase == phase.CREATED:
        return Result(seen.id, seen.phase, findings.START, None, [], ["start"], "it was made and never started")
    pinned = policy.read(seen)
    if pinned.trouble is not None:
        return Result(seen.id, seen.phase, None, None, [], [], f"nothing automatic is done: {pinned.trouble}")
    books, _ = policy.books(home, seen)
    if seen.phase == phase.SCHEDULED:
        return _scheduled(home, seen, books)
    summary: schema.VerdictSummary | None = None
    if seen.phase == phase.RUNNING:
        found = verdicts.judge_live(seen, library.signals(books), memory.now.wall)
        judged, summary = incidents.judged_live(found, seen), decide.summary(found.verdict)
        word: findings.Finding | None = findings.JUDGE
    else:
        word = findings.of_phase(seen.phase)
        judged = incidents.judged_state(word)
    book, fits = choice.choose(books, incidents.finding(seen.phase, judged))
    if book is None:
        return Result(seen.id, seen.phase, None, None, [], [], "no playbook speaks of this", summary)
    if seen.phase == phase.RUNNING:
        # a wait that the playbook begins with is for ticks: the person who asks here has waited
        mine = memory.of_run(seen)
        mine["open"], mine["opened"] = f"{book.name}/{found.edge}", memory.now.mono - PATIENT
    steps = [step.describe() for step in book.steps]
    return Result(seen.id, seen.phase, word, book.name, fits, steps, "; ".join(fits), summary)


def _scheduled(home: str, seen: look.Look, books: list[Playbook]) -> Result:
    after = seen.next
    if after is None:
        return Result(seen.id, seen.phase, None, None, [], [], "what follows is not on record")
    call = deferred.undecided(seen)
    if call is not None:
        words = (
            f"it waits for a yes or no ({needs.asked(call)}): workcell approve {seen.id}, or workcell deny {seen.id}"
        )
        return Result(seen.id, seen.phase, None, None, [], [], words)
    if standby.waits(seen) and not standby.due(seen):
        words = f"it is on standby: workcell send {seen.id} TEXT wakes it"
        return Result(seen.id, seen.phase, None, None, [], [], words)
    name = str(after.get("playbook") or after.get("when"))
    book = next((one for one in books if one.name == name), None)
    account = holds.account(seen.run, seen.attempt)
    hold = holds.held(home, account)
    why = str(after.get("reason"))
    if hold is not None:
        why += f"; its account is held until {hold.get('until_at') or hold.get('until')}: {hold.get('why')}"
    if due_at := status.due_at(seen):
        why += f"; not before {due_at}"
    steps = [step.describe() for step in book.steps] if book else [f"resume: {after.get('how')}"]
    judged = after.get("verdict") or None
    return Result(seen.id, seen.phase, findings.DUE, name, list(after.get("fits") or []), steps, why, judged)
