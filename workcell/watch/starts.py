"""Starting what was launched and never begun, and opening the next attempt of a run that goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.finish import finish, settle
from workcell.launch import attempt as attempts
from workcell.launch import resume, resume_unbegun, start
from workcell.playbooks import caps
from workcell.rundir import deferred, look, phase, spool, standby
from workcell.system import tmux
from workcell.together import deferred_call, wake
from workcell.watch import findings
from workcell.watch.tick_context import TickContext

if TYPE_CHECKING:
    from workcell.judgement.next import Caps
    from workcell.watch.findings import Finding

STARTS = 8
"""Maximum of attempts that are started in one tick; the others follow a minute later."""

_BEGINS = {"artifacts": "begins a new conversation", "native": "goes on in its conversation"}
"""How an attempt begins, in words."""

START_LIMITS: Caps = {
    "per_run": 5,
    "per_account": 1000,
    "per_hour": 60,
    "cooldown": 60.0,
    "backoff": {"first": 60.0, "factor": 2.0, "max": 3600.0, "jitter": 0.2},
}
"""For starting what was launched and never begun: no playbook speaks of it."""

RESUME_LIMITS: Caps = {**START_LIMITS, "per_run": 20}
"""For going on by a playbook that is not there any more."""

DECIDED_LIMITS: Caps = {**START_LIMITS, "per_run": 1000, "per_hour": 1000}
"""For going on by a person's decision or by a message, which is no loop of the watchdog's own."""

MOST_REST = 600.0
"""Maximum seconds before caps are asked again."""

NEVER = 10 * 365 * 86400.0


def never_started(context: TickContext, seen: look.Look) -> None:
    """Start what was launched, or opened by a resume, and never begun."""
    actor = context.actor(seen, "start")
    if not _may_start(context, seen, actor, START_LIMITS, findings.START):
        return
    number = context.actions.intent(
        run=seen.id,
        attempt=seen.n,
        step=caps.START,
        playbook=actor.playbook,
        account=actor.account,
        why="created and not started",
    )
    try:
        now = _begin(context.home, seen)
    except WorkcellError as error:
        context.actions.result(number, "failed", error.message)
        context.did.append(f"{seen.id}: start: {error.message}")
        return
    context.actions.result(number, "done", f"it is {now.phase}")
    context.did.append(f"{seen.id}: started attempt {now.n}")


def _begin(home: str, seen: look.Look) -> look.Look:
    """Start the attempt of now; with messages that were sent before its first start, one whose brief holds them.

    Killed in between, the run is created as before, or created in the attempt that holds them.
    """
    windows = _uses_windows(home)
    if resume_unbegun.letters(seen):
        by = seen.attempt["asked_by"] if seen.attempt is not None else attempts.BY_A_PERSON
        resume.resume(resume.Request(home, seen.run, window=windows, attempt=seen.n, by=by, unattended=True))
        return look.at(seen.run)
    now = start.runner(seen.run, seen.n)
    if windows:
        start.window(home, seen.run, seen.n)
    return now


def due(context: TickContext, seen: look.Look) -> None:
    """Open the next attempt of a run that goes on."""
    after = seen.next
    if deferred.ended(after):
        decided(context, seen)
        return
    if standby.ended(after):
        woken(context, seen)
        return
    name = str((after.get("playbook") if after else None) or "due")
    book = next((one for one in context.books(seen) if one.name == name), None)
    actor = context.actor(seen, name)
    if not _may_start(context, seen, actor, book.limits if book else RESUME_LIMITS, findings.DUE):
        return
    how = after.get("how") if after else None
    why = str((after.get("reason") if after else None) or "it is due")
    number = context.actions.intent(
        run=seen.id,
        attempt=seen.n,
        step="resume",
        how=how,
        playbook=name,
        account=actor.account,
        why=why,
    )
    request = resume.Request(
        context.home,
        seen.run,
        native=how == "native",
        attempt=seen.n,
        window=_uses_windows(context.home),
        by={"who": "playbook", "playbook": name, "why": why, "act": number},
    )
    try:
        done = resume.resume(request)
    except WorkcellError as error:
        context.actions.result(number, "refused", error.message)
        context.did.append(f"{seen.id}: resume: {error.message}")
        post.about_run(seen, "escalated", {"why": f"{name} cannot go on: {error.message}"}, "resume")
        return
    context.actions.result(number, "done", f"attempt {done.attempt} is {done.phase}, {done.how}")
    spool.note(seen.run, "recovered", playbook=name, attempt=done.attempt, how=done.how, why=why)
    post.about_run(look.at(seen.run), "resumed", {"why": why, "attempts": done.attempt})
    context.did.append(f"{seen.id}: {name}: opened attempt {done.attempt}, which {_BEGINS[done.how]}")


def decided(context: TickContext, seen: look.Look) -> None:
    """Open the attempt of a yes or no that a person said, where the verb that was given it did not come to that."""
    call = deferred.call_of(seen)
    line = deferred.decision_of(context.home, seen.id, call["id"]) if call is not None else None
    actor = context.actor(seen, deferred.APPROVAL)
    if line is None or not _may_start(context, seen, actor, DECIDED_LIMITS, findings.DUE):
        return
    why = f"a person decided: {line['answer']}"
    number = context.actions.intent(
        run=seen.id,
        attempt=seen.n,
        step="resume",
        how="native",
        playbook=deferred.APPROVAL,
        account=actor.account,
        why=why,
    )
    try:
        done = resume.resume(deferred_call.request(context.home, seen, line))
    except WorkcellError as error:
        context.actions.result(number, "refused", error.message)
        context.did.append(f"{seen.id}: resume: {error.message}")
        post.about_run(seen, "escalated", {"why": f"it was decided, and cannot go on: {error.message}"}, "resume")
        return
    context.actions.result(number, "done", f"attempt {done.attempt} is {done.phase}, {done.how}")
    context.did.append(f"{seen.id}: {why}: opened attempt {done.attempt}, which {_BEGINS[done.how]}")


def woken(context: TickContext, seen: look.Look) -> None:
    """Open the attempt of messages to a run on standby, where what sent them did not come to that."""
    if standby.is_to_finish(seen):  # a check may run for an hour
        wake.begin(seen.run, seen.n)
        context.did.append(f"{seen.id}: it is to finish: its check runs")
        return
    letters = standby.letters(seen)
    actor = context.actor(seen, standby.MESSAGE)
    if not letters or standby.rest(letters, context.now.wall) > 0 or wake.held(context.home, seen) is not None:
        return
    if not _may_start(context, seen, actor, DECIDED_LIMITS, findings.DUE):
        return
    why = f"a message waits, of {letters[0].get('by') or 'an unknown sender'}"
    number = context.actions.intent(
        run=seen.id,
        attempt=seen.n,
        step="resume",
        how="native",
        playbook=standby.MESSAGE,
        account=actor.account,
        why=why,
    )
    try:
        trouble = wake.wake(seen.run)
    except WorkcellError as error:
        trouble = error.message
        post.about_run(seen, "escalated", {"why": f"a message waits, and cannot wake it: {trouble}"}, "resume")
    if trouble is not None:
        context.actions.result(number, "refused", trouble)
        context.did.append(f"{seen.id}: wake: {trouble}")
        return
    now = look.at(seen.run)
    context.actions.result(number, "done", f"attempt {now.n} is {now.phase}")
    context.did.append(f"{seen.id}: {why}: opened attempt {now.n}")


def _uses_windows(home: str) -> bool:
    """Whether windows are used in this home; where not, no start waits for tmux."""
    return os.path.exists(tmux.server_of(home).socket)


def _may_start(context: TickContext, seen: look.Look, actor: caps.Actor, limits: Caps, finding: Finding) -> bool:
    """Whether holds and caps let an attempt be started now; what waits is left alone until it may."""
    if context.starts >= STARTS or (actor.account is not None and actor.account in context.begun):
        return False
    if holds.held(context.home, actor.account, context.now.wall):
        return False
    verdict = caps.check(context.actions, limits, actor)
    if verdict.allowed:
        context.starts += 1
        if actor.account is not None:
            context.begun.add(actor.account)
        return True
    if verdict.final:
        _give_up(context, seen, verdict.why or "", finding)
    else:
        context.leave_alone(seen, finding, min(verdict.wait, MOST_REST))
    return False


def _give_up(context: TickContext, seen: look.Look, why: str, finding: Finding) -> None:
    """Past a cap: a run that was to go on is abandoned, one that was never started waits; a person is told."""
    if seen.phase == phase.SCHEDULED and not standby.waits(seen):
        with settle.take(seen.run, seen) as held:
            finish.close(seen.run, look.at(seen.run, holding=True), "abandoned", why, held)
        post.about_run(seen, "abandoned", {"why": why})
    post.about_run(seen, "escalated", {"why": why}, finding)
    context.leave_alone(seen, finding, NEVER)
    context.did.append(f"{seen.id}: {why}")
