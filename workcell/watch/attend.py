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

from workcell.base import clock, ids, json_codec
from workcell.channels import outbox, sending
from workcell.evidence import activity, capture_state
from workcell.judgement.activity import WORKS
from workcell.rundir import attending, hint, home_creation, layout, look, maildir, phase, turn_checks, watches
from workcell.system import control

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENCE = 10.0
"""Seconds to wait for an earlier one of the same run to end: the runner starts one at a time."""

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
        if watches.on(home, seen.id):
            from workcell.finish import watchers  # few runs are watched

            watchers.tell(seen, activity=doing)
        if doing["state"] not in WORKS and turn_checks.on(home, seen.id):
            from workcell.finish import turn_check  # few messages ask for a check

            turn_check.begin(seen)
        if doing["state"] not in WORKS or seen.ruled:
            from workcell.watch import tell_person

            tell_person.answer_or_tell(seen, doing)
    finally:
        os.close(lock)
    return outbox.waiting(home)


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


def send(run: str) -> None:
    """Send what waits in the outbox, for FLUSH seconds at most, once another sender of this run has ended."""
    from workcell.views import day_report

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
