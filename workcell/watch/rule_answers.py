"""Answers the dialog of a live run by the rules of approvals: the only thing that `_attend` does to an agent.

It is for programs that ask at their terminal although a rule allows or denies the call: their recipe has no hook that
decides, or the hook could not.

Invariants:
- The decision is in the journal, synced, with the id of the message that has it typed, before that message is ordered.
- A request that stands in the journal is never answered again, whatever came of it.
- Whatever could not be asked leaves the dialog to a person: who is at the terminal, what the rules say, the journal.
- Nothing is typed here: the message goes to the typist, which answers that very dialog or none.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import asked, dialog_results, gate, journal
from workcell.approvals.decide import Answer
from workcell.base import clock, probe
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.evidence import dialog as dialogs
from workcell.judgement import composer, permission
from workcell.rundir import approval_lines, attending, heartbeat, inbox, layout, look, orders, phase, run_hold
from workcell.together import answer as answers
from workcell.together import send
from workcell.trust import policy
from workcell.watch import tmux_health

if TYPE_CHECKING:
    from workcell.judgement.screen import Screen
    from workcell.rundir import schema

LOOKS = 1.0
"""Seconds between the two looks that have to find the same."""

APPEARS = 2.0
"""Maximum seconds between the hook of a request and its dialog."""

MOST = 30
"""Maximum of dialogs of one run that rules answer in an hour."""

HOUR = 3600.0

PATIENCE = 15.0
"""Seconds to wait for word of what was typed: the runner ends `_attend` after 60."""

RESOLVED = 2.0
"""Seconds to wait for the runner to write down how a wait ended."""

_POLL = 0.1


@dataclass(frozen=True)
class _Due:
    """An answer that rules give to the dialog that is up."""

    asked: asked.Asked
    answer: Answer
    dialog: Screen
    word: str
    """Number or words of the option that says just that."""

    def same_as(self, other: _Due) -> bool:
        """Whether both are the same answer to the same dialog of the same request."""
        mine, its = ((one.asked.id, one.answer.answer, composer.dialog_id(one.dialog)) for one in (self, other))
        return mine == its and self.word == other.word


def answer(seen: look.Look) -> bool:
    """Answer the dialog that is up, if a rule allows or denies what it asks, once it was seen twice; whether it went
    away. For the holder of the run's lock in `attend/`."""
    try:
        due = _due(seen, APPEARS)
        if due is None or _hindered(seen):
            return False
        time.sleep(LOOKS)
        again = look.at(seen.run)
        if (again.phase, again.n) != (seen.phase, seen.n):
            return False
        found = _due(again)
        if found is None or not found.same_as(due) or _hindered(again):
            return False
        return not _too_many(again) and _order(again, found)
    except (WorkcellError, OSError, journal.Busy):
        return False  # a person is told of the dialog as if there were no rules


def settle(run: str, patience: float = RESOLVED) -> None:
    """Write down what came of the answers of the run that have no result yet, as far as it is known after so long."""
    home, until = layout.home_of(run), time.monotonic() + patience
    while lines := approval_lines.unsettled(home, os.path.basename(run)):
        dialog_results.settle(home, lines, time.time())
        if time.monotonic() > until:
            return
        time.sleep(_POLL)


def _due(seen: look.Look, patience: float = 0.0) -> _Due | None:
    """What the rules answer to the dialog that is up, or comes up within `patience` seconds; None where they do not, or
    where it is not sure what the dialog asks.

    Raises InputOutput where the rules are not those that were pinned, and OSError.
    """
    if seen.phase != phase.RUNNING or seen.screen == "none" or gate.rules_of(seen) is None:
        return None
    until = time.monotonic() + patience
    home = layout.home_of(seen.run)
    answered = {line["asked"] for line in approval_lines.of_dialogs(home, seen.id) if "asked" in line}
    while True:
        requests = asked.open_requests(seen, answered)
        if not any(asked.is_exact(one.call) and _answer_to(seen, one) for one in requests):
            return None
        shown = dialogs.up(seen)
        if shown is not None or time.monotonic() > until:
            break
        time.sleep(_POLL)
    found = asked.of_dialog(requests, shown) if shown is not None else None
    said = _answer_to(seen, found) if found is not None else None
    if shown is None or found is None or said is None:
        return None
    option = permission.option_for(shown, allow=said.answer == "allow")
    return None if option is None else _Due(found, said, shown, option["n"] or option["text"])


def _answer_to(seen: look.Look, request: asked.Asked) -> Answer | None:
    """What the rules answer to a request; None where they leave it to a person."""
    _, found = gate.answer(seen.run, seen.n, request.call)
    return found if found.answer in ("allow", "deny") else None


def _hindered(seen: look.Look) -> bool:
    """Whether a person is at the terminal or may be, or the run is not to be touched."""
    if run_hold.standing(seen.run, time.time()) is not None or policy.read(seen).trouble is not None:
        return True
    return person_at_terminal(seen) != probe.NO


def person_at_terminal(seen: look.Look) -> str:
    """Whether a person is at a window of the run, in tmux or without it, as `base.probe` says it."""
    alone = attending.window_open(seen.run)
    if alone != probe.NO:
        return alone
    home = layout.home_of(seen.run)
    remembered = heartbeat.seen(home)
    known: schema.SeenTmux = {**remembered["tmux"]} if remembered and remembered.get("tmux") else {}
    return tmux_health.look(home, known).attended(seen.id)


def _too_many(seen: look.Look) -> bool:
    """Whether rules answered as many dialogs of the run within the hour as they may; a person is told then."""
    now = time.time()
    lines = approval_lines.of_dialogs(layout.home_of(seen.run), seen.id)
    within = [line for line in lines if now - clock.parse(line["at"]) < HOUR]
    if len(within) < MOST:
        return False
    facts: schema.NoticeFacts = {
        "why": f"rules have answered {len(within)} of its dialogs within an hour, and that is the most",
        "objective": seen.objective or "",
        "command": f"workcell answer {seen.id}",
    }
    post.about_run(seen, "escalated", facts, f"approvals {within[-MOST]['at']}")
    return True


def _order(seen: look.Look, due: _Due) -> bool:
    """Write the decision down and have it typed; whether the dialog went away. Raises Busy, OSError, Refused."""
    home, call, name = layout.home_of(seen.run), due.asked.call, orders.name(seen.run)
    told = str(due.answer.answer)
    line = journal.line(journal.Decided(seen.id, seen.n, call.tool, call.given, call.id, due.answer, told))
    line["dialog"], line["asked"], line["message"] = composer.dialog_id(due.dialog), due.asked.id, name
    journal.intent(home, line)
    done = send.deliver(seen.run, answers.message(due.dialog, due.word, "rule"), PATIENCE, name)
    return done.state == inbox.ACCEPTED
