"""Answers a live agent by rule, or tells its person what it needs: what `_attend` does where an agent does not go on.

`attend` imports it only then: most looks find an agent at work, and the playbooks, their steps and the channels cost
more processor time than all that such a look needs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workcell.base import probe
from workcell.channels import post
from workcell.evidence import verdict
from workcell.judgement import activity, choice
from workcell.playbooks import library, playbook
from workcell.playbooks.steps.notify import Notify
from workcell.rundir import layout, look, phase, run_hold
from workcell.rundir import needs as table
from workcell.trust import policy
from workcell.views.needs import Surroundings
from workcell.watch import incidents, observe, rule_answers
from workcell.watch.live_run import Incident, LiveRun

if TYPE_CHECKING:
    from workcell.rundir import schema

DIALOG = 2.0
"""Maximum seconds between the hook of a request and its dialog, whose words are told: a program draws it once its hook
has ended."""

_POLL = 0.15


def answer_or_tell(seen: look.Look, doing: schema.Activity) -> None:
    """Answer a dialog that a rule answers; otherwise post the notice that fits, unless the run is held."""
    if seen.ruled and by_rule(seen, doing):
        return
    if run_hold.standing(seen.run, time.time()) is None and not tell(seen):
        tell_unchecked(seen, doing)


def by_rule(seen: look.Look, doing: schema.Activity) -> bool:
    """Answer what a rule answers, and write down what came of such answers before; whether one was taken now."""
    answered = doing["state"] == "approval" and rule_answers.answer(seen)
    rule_answers.settle(seen.run, 0.0 if answered else rule_answers.RESOLVED)
    return answered


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
    if found.activity["state"] in activity.WORKS:
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
