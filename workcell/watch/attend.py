"""`_attend`: judges one live run at once and tells its person, so that no tick has to come by first.

The runner starts it when a hook says that the agent asks, fails or rests, and when its screen or its records stand
still. It captures, judges, reports the activity to the runner, answers a dialog that a rule answers, posts the notice
of the playbook that fits, and leaves the sending to a process of its own.

Invariants:
- Its only act on the agent is an answer by rule (`rule_answers`). It acts on no playbook beyond the `notify` at its
  beginning: all else is for the tick.
- What it tells has the id that a tick would give it, so that the two tell it once between them.
- It may be killed at any call: what it captured stands in the spool, a notice is sealed or was never there, and a
  report that was not made is made by the next one.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from workcell.base import clock, ids, json_codec, probe
from workcell.channels import outbox, post, sending
from workcell.evidence import activity, capture_state, verdict
from workcell.judgement import choice
from workcell.playbooks import library, playbook
from workcell.playbooks.steps.notify import Notify
from workcell.rundir import attending, hint, home_creation, layout, look, maildir, phase, run_hold
from workcell.rundir import needs as table
from workcell.system import control
from workcell.trust import policy
from workcell.views import day_report
from workcell.views.needs import Surroundings
from workcell.watch import incidents, observe, rule_answers
from workcell.watch.live_run import Incident, LiveRun

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENCE = 10.0
"""Seconds to wait for an earlier one of the same run to end: the runner starts one at a time."""

DIALOG = 2.0
"""Maximum seconds between the hook of a request and its dialog, whose words are told: a program draws it once its hook
has ended."""

FLUSH = 20.0
"""Seconds for sending notices."""

_POLL = 0.15


def attend(run: str, n: int) -> bool:
    """Judge attempt `n` of the run, report and post; whether the outbox has something to be sent.

    Nothing is done for an attempt that does not run.
    """
    home = layout.home_of(run)
    home_creation.check(home)
    lock = attending.take(run, attending.JUDGES, PATIENCE)
    if lock is None:
        return False
    try:
        seen = look.at(run)
        if seen.phase != phase.RUNNING or seen.n != n:
            return False
        begun = clock.stamp()
        doing = activity.of(seen)
        if doing is None:
            return False
        report(seen, doing, begun)
        if not by_rule(seen, doing) and run_hold.standing(run, time.time()) is None and not tell(seen):
            tell_unchecked(seen, doing)
    finally:
        os.close(lock)
    return outbox.waiting(home)


def by_rule(seen: look.Look, doing: schema.Activity) -> bool:
    """Answer what a rule answers, and write down what came of such answers before; whether one was taken now."""
    if seen.attempt is None or seen.attempt.get("approvals") is None:
        return False  # no rule holds for the run
    answered = doing["state"] == "approval" and rule_answers.answer(seen)
    rule_answers.settle(seen.run, 0.0 if answered else rule_answers.RESOLVED)
    return answered


def report(seen: look.Look, doing: schema.Activity, begun: str) -> None:
    """Tell the runner what the agent did at the time `begun`, where it has heard otherwise."""
    heard = hint.read(seen)
    before = heard["state"] if heard is not None else "unknown"
    if doing["state"] == before:
        return
    best = next((one for one in doing["evidence"] if one["says"] == doing["state"]), None)
    name = ids.unique()
    message = {
        "type": "status.changed",
        "id": f"attend:{name}",
        "attempt": seen.n,
        "time": begun,
        "source": best["source"] if best else "terminal",
        "evidence": best["words"] if best else "nothing tells what it does",
        "data": {"from": before, "to": doing["state"], "decision": _decision(seen, doing)},
    }
    box = os.path.join(seen.run, layout.SPOOL)
    maildir.deliver_bytes(box, name + ".json", json_codec.encode_line(message), durable=False)
    control.notify_runner(seen.run, b"H")


def _decision(seen: look.Look, doing: schema.Activity) -> schema.Decision:
    """How a wait for a person ended that was going on before."""
    known = capture_state.sources(capture_state.stored(seen.directory))
    if any(source["session"]["denied"] for _, source in known):
        return "denied"
    return "allowed" if doing["state"] == "working" else "gone"


def tell(seen: look.Look) -> bool:
    """Post the notice of the playbook that fits; whether one was posted, or stands there already."""
    if policy.read(seen).trouble is not None:
        return False  # the tick tells of that, and does nothing else
    books, _ = policy.books(layout.home_of(seen.run), seen)
    signals = library.signals(books)
    until = time.monotonic() + DIALOG
    while True:
        now = observe.Now()
        found = verdict.judge_live(seen, signals, now.wall)
        judged = incidents.judged_live(found, seen)
        if judged.get("prompt") or found.asked is None or time.monotonic() > until:
            break
        time.sleep(_POLL)
    if found.activity["state"] in incidents.WORKS:
        return False
    book, fit = choice.choose(books, incidents.finding(phase.RUNNING, judged))
    if book is None or not book.steps or not isinstance(book.steps[0], Notify):
        return False
    again = look.at(seen.run)
    if (again.phase, again.n) != (seen.phase, seen.n):
        return False
    incident = Incident(judged, found.edge, fit, 0.0, probe.UNKNOWN, playbook.identity(book))
    subject = LiveRun(seen, book.name, incident, now)
    book.steps[0].while_running(subject)
    return True


def tell_unchecked(seen: look.Look, doing: schema.Activity) -> bool:
    """Post the notice of an agent that waits for words while nothing has its work checked; whether that is so."""
    known = Surroundings(layout.home_of(seen.run)).situation(seen, doing)
    needed = table.find(known)
    if known.state != "idle" or needed is None:
        return False
    facts: schema.NoticeFacts = {
        "why": needed.get("why", ""),
        "objective": seen.objective or "",
        "command": needed["command"],
        "reply": f"workcell send {seen.id} WORDS",
    }
    return post.about_run(seen, "unchecked", facts, known.since or "")


def send(run: str) -> None:
    """Send what waits in the outbox, for FLUSH seconds at most, once another sender of this run has ended."""
    lock = attending.take(run, attending.SENDS, FLUSH)
    if lock is None:
        return
    try:
        until = time.monotonic() + FLUSH
        while time.monotonic() < until:
            done = sending.waiting(layout.home_of(run), max(1.0, until - time.monotonic()), day_report.of_home)
            if done is None or not done.busy:
                return
            time.sleep(_POLL)
    finally:
        os.close(lock)
