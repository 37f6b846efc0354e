"""What keeps a run from its next attempt: what lives, what is missing, and a yes or no that was not said yet."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base.errors import Refused, TryAgain
from workcell.finish import decide, settle
from workcell.git import repository
from workcell.judgement import limits
from workcell.launch import attempt as attempts
from workcell.launch import resume_place
from workcell.rundir import deferred, layout, look, needs, phase, run_hold, standby
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.launch.resume import Request

OPEN = (phase.DONE, phase.SCHEDULED, phase.CREATED)
PASSED = "passed"


def check(seen: look.Look, request: Request) -> None:
    who = f"cannot resume {seen.id}"
    if seen.phase == phase.ORPHANED and seen.agent == "yes" and seen.start:
        pid = seen.start["agent"].get("pid")
        raise Refused(f"{who}: its agent is still alive (pid {pid})", f"workcell stop {seen.id}, or wait for it")
    if seen.phase in (phase.RUNNING, phase.STARTING, phase.FINISHING):
        raise TryAgain(f"{who}: it is {seen.phase}", f"workcell attach {seen.id}")
    # what a person approved about an end opens an attempt of a run that is over; all else goes on with a scheduled one
    waits = phase.DONE if "proposal" in request.by else phase.CREATED if request.unattended else phase.SCHEDULED
    if request.attempt is not None and (seen.phase != waits or seen.n != request.attempt):
        raise TryAgain(f"{who}: it is {seen.phase} in attempt {seen.n} by now", f"workcell status {seen.id}")
    if settle.needed(seen):
        raise Refused(f"{who} before it is settled: {seen.why}", f"workcell wait {seen.id} settles it")
    if seen.phase not in OPEN:
        cure = f"workcell fsck {seen.id}" if seen.phase == phase.CORRUPT else f"workcell status {seen.id}"
        raise Refused(f"{who}: it is {seen.phase}: {seen.why}", cure)
    if seen.altered:
        files = (os.path.join(seen.run, layout.LAUNCH), os.path.join(seen.directory, layout.ATTEMPT))
        gone = [os.path.basename(path) for path in files if not os.path.lexists(path)]
        if gone:
            cure = f"{' and '.join(gone)} is gone and cannot be made anew; launch a new run"
        else:
            cure = f"see what differs, and take it as it is now: workcell fsck --accept {seen.id}"
        raise Refused(f"{who}: {', '.join(seen.altered)} changed since it was written", cure)
    if seen.outcome == PASSED and request.brief is None:
        raise Refused(f"{who}: it passed", f"give it more to do: workcell resume {seen.id} --brief NEW.md")
    top = seen.cwd
    if not os.path.isdir(top):
        raise Refused(f"{who}: its tree {top} is gone", resume_place.way_back(seen))
    resume_place.check(seen, request.brief)
    tree = repository.find(top) if (seen.launch and seen.launch.get("base")) else None
    busy = repository.under_way(tree) if tree else None
    if busy:
        raise Refused(f"{who}: {top} is in the middle of a {busy}", "finish or abort it first")
    if request.caller.inside and seen.phase != phase.CREATED:
        _check_room(seen, request)


def _check_room(seen: look.Look, request: Request) -> None:
    """Refuse to a caller inside a run what only a person may overrule: a hold, or a limit that is used up."""
    held = holds.held(request.home, holds.account(seen.run, seen.attempt))
    if run_hold.standing(seen.run) is not None:
        access.require(request.caller, "resume", f"{seen.id} is held")
    if held is not None:
        access.require(request.caller, "resume", f"the account of {seen.id} is held: {held.get('why')}")
    facts, verify = look.facts_at(seen, seen.n), look.verify_at(seen, seen.n)
    history = decide.history_of(seen.run, seen, facts, verify)
    from workcell.evidence import verdict

    history[-1]["cost_usd"] = verdict.cost(seen)
    spent = limits.past_limit(history, seen.limits)
    if spent is not None:
        access.require(request.caller, "resume", f"{seen.id} has used up a limit: {spent}")


def woken(seen: look.Look, request: Request) -> Request:
    """The request, of a run that a person's yes or no wakes: natively, and asked for by that decision.

    A run on standby goes on natively, too.

    A new brief, and another recipe, begin a conversation of their own: then nothing is left to be decided. Raises
    Refused where that was not said yet, and for a new policy, by which the call might not be asked about.
    """
    if standby.waits(seen) and request.brief is None and request.recipe is None:
        return replace(request, native=True)  # its conversation is what it waits with
    call = deferred.call_of(seen)
    if call is None or request.brief is not None or (request.recipe is not None and not request.native):
        return request
    decided = deferred.decision_of(request.home, seen.id, call["id"])
    if decided is None:
        raise Refused(
            f"cannot resume {seen.id}: it waits for a yes or no: {needs.asked(call)}",
            f"workcell approve {seen.id}, or workcell deny {seen.id}",
        )
    if request.renew_policy or request.ignore_repo or request.recipe is not None:
        raise Refused(
            f"cannot resume {seen.id} so: its agent is in the middle of a call, and its hook is the one of its launch",
            f"workcell resume {seen.id}",
        )
    return replace(request, native=True, by={"who": deferred.APPROVAL, "decision": decided["id"]})


def unasked(seen: look.Look, intent: attempts.Carried) -> str | None:
    """Why the conversation cannot go on: it may hold a deferred call, which runs where no hook is asked about it."""
    if intent.get("approvals") or not deferred.may_be_open(seen):
        return None
    return "its agent was left at a call that a rule asked about, and no rule is asked any more"
