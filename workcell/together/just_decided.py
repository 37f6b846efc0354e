"""Keeps a person's word about a run from answering what came up after a decision that was made just before.

Who names a run twice may mean the first thing both times. For a minute after a decision of a person the name of the
run means no proposal that was made since, and for three seconds no dialog and no call: an agent asks often, and people
answer one question after the other. What is meant then needs its id.

Invariants:
- What counts as decided comes from orders, the journal of approvals and sealed decisions. The events of the run, which
  its agent can write to, only add decisions: they can have a word refused, never let one through.
- The id of a dialog is another one after each answer to a dialog, also where the same words are asked again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.agents.events import short
from workcell.base import clock, json_codec
from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.judgement import composer
from workcell.rundir import deferred, hint, inbox, layout, look, orders, proposals, safe_open
from workcell.together import decided

if TYPE_CHECKING:
    from workcell.judgement.screen import Screen
    from workcell.rundir import schema

JUST_DECIDED = 60.0
"""Seconds after a decision in which the name of the run means no proposal that was made after it."""

JUST_ANSWERED = 3.0
"""Seconds after a decision in which the name of the run means no dialog and no call that came up after it."""

WORDS = 60
"""Maximum characters of what was decided, where it is named."""

_SAID = {"allow": "allowed", "deny": "denied"}


@dataclass(frozen=True)
class Ask:
    """What a person may say yes or no to now."""

    id: str
    """What approve and deny take for it, in place of the run."""
    words: str
    """What is asked, in one line."""
    since: str
    """When it came up, as far as that is known; else empty."""
    dialog: Screen | None = None
    """The dialog that asks it, where one does: no other one was up with it."""
    guarded: float = JUST_ANSWERED
    """Seconds after a decision in which it needs its id."""


@dataclass(frozen=True)
class _Decision:
    at: str
    words: str
    """What was decided: `... was allowed`."""
    of_dialog: bool = False
    """Whether a dialog that was up before cannot be up after it."""


def run_of(home: str, word: str) -> str | None:
    """The id of the run that an id of `Ask` is about; None for any other word, as the name of a run."""
    run, _, key = word.rpartition(".")
    run, _, attempt = run.rpartition(".")
    if not run or not attempt.isdigit() or len(key) != 8 or "/" in word:
        return None
    runs = os.path.join(home, layout.RUNS)
    return run if os.path.isdir(os.path.join(runs, run)) and not os.path.lexists(os.path.join(runs, word)) else None


def of_call(seen: look.Look, call: schema.DeferredCall, words: str) -> Ask:
    """The call that the run was left with."""
    return Ask(proposals.name(seen.id, seen.n, call["id"].encode()), words, call["at"])


def of_dialog(seen: look.Look, dialog: Screen, words: str) -> Ask:
    """The dialog that is up."""
    answer = next((one["id"] for one in _answers(seen, dialog)), "")
    told = hint.read(seen)
    since = told["since"] if told is not None and told["state"] in hint.WAITING else ""
    key = f"{composer.dialog_id(dialog)} {answer}"
    return Ask(proposals.name(seen.id, seen.n, key.encode()), words, since, dialog)


def of_proposal(made: schema.Proposal, words: str) -> Ask:
    """What a playbook proposes."""
    return Ask(made["id"], words, made["created_at"], guarded=JUST_DECIDED)


def check(seen: look.Look, ask: Ask, verb: str, now: float) -> None:
    """Raise Refused where a person decided something about the run just before the epoch time `now`, and `ask` came up
    since; and where an answer to its dialog is on its way."""
    _check_typing(seen, ask, now)
    for one in _within(seen, ask, now):
        if (ask.dialog is not None and one.of_dialog) or (ask.since and ask.since >= one.at):
            seconds = abs(now - clock.parse(one.at))
            what = run_cleaner.of_run(seen.run).line(one.words)
            words = f"{what} {seconds:.0f} seconds ago, and {ask.id} was asked since"
            raise Refused(words, f"workcell {verb} {ask.id}", details=[f"it asks: {ask.words}"])


def check_id(ask: Ask, wanted: str, verb: str) -> None:
    """Raise Refused where `wanted`, an id that a person gave, is not that of what is asked now."""
    if ask.id != wanted:
        details = [f"it asks: {ask.words}"]
        raise Refused(f"{wanted} is not asked any more: {ask.id} is", f"workcell {verb} {ask.id}", details=details)


def _check_typing(seen: look.Look, ask: Ask, now: float) -> None:
    """Raise Refused where an answer of a person to this very dialog was just ordered, and waits or is being typed."""
    same = composer.dialog_id(ask.dialog) if ask.dialog is not None else None
    for one in _ordered(seen) if same is not None else ():
        state = inbox.state(seen.run, f"{one['id']}.json")[0]
        if (
            one.get("dialog_id") == same
            and state in (inbox.QUEUED, inbox.TYPED)
            and _is_just(one["at"], now, JUST_DECIDED)
        ):
            raise Refused(f"an answer to that is {state} already", f"workcell inbox {seen.id}", details=[ask.words])


def _within(seen: look.Look, ask: Ask, now: float) -> list[_Decision]:
    """What persons decided about the run just before the epoch time `now`, the last one first."""
    answered = [_Decision(one["at"], "a dialog was answered", True) for one in _answers(seen, ask.dialog)]
    found = [*answered, *_of_journal(seen), *_of_proposals(seen, ask), *_at_terminal(seen)]
    return sorted((one for one in found if _is_just(one.at, now, ask.guarded)), key=lambda one: one.at, reverse=True)


def _is_just(at: str, now: float, seconds: float) -> bool:
    """Whether that was less than `seconds` before the epoch time `now`, or after it: the clock was set."""
    try:
        return abs(now - clock.parse(at)) < seconds
    except ValueError:
        return False


def _ordered(seen: look.Look) -> list[schema.Order]:
    """The orders by which persons answer dialogs, the last one first."""
    return [one for one in reversed(orders.every(seen.run)) if one["kind"] == "answer" and one.get("by") == "person"]


def _answers(seen: look.Look, up: Screen | None) -> list[schema.Order]:
    """Those that were not refused, and that are not yet to answer the dialog that is `up` now."""
    same, found = composer.dialog_id(up) if up is not None else None, []
    for one in _ordered(seen):
        state = inbox.state(seen.run, f"{one['id']}.json")[0]
        awaited = state != inbox.ACCEPTED and same is not None and one.get("dialog_id") == same
        if not awaited and state not in (inbox.REFUSED, inbox.REMOVED):
            found.append(one)
    return found


def _of_journal(seen: look.Look) -> list[_Decision]:
    """The calls that persons decided about."""
    found = []
    for line in deferred.lines_of(layout.home_of(seen.run), seen.id):
        said = _SAID.get(line.get("answer", "")) if line.get("decides") else None
        if said is not None:
            found.append(_Decision(line["at"], f"{line['tool']}: {short(line['words'], WORDS)} was {said}"))
    return found


def _of_proposals(seen: look.Look, ask: Ask) -> list[_Decision]:
    """The proposals that persons decided about."""
    home, found = layout.home_of(seen.run), []
    for identity in proposals.every_id(home):
        standing = proposals.decided(home, identity) if proposals.run_of(identity) == seen.id else None
        if standing is None or standing["decision"] == "void" or identity == ask.id:
            continue
        made = proposals.read(home, identity)
        answers = standing["decision"] == "approved" and made is not None and made["dialog"] is not None
        found.append(_Decision(standing["at"], f"{identity} was {standing['decision']}", answers))
    return found


def _at_terminal(seen: look.Look) -> list[_Decision]:
    """The waits that persons ended at the terminal, by the last events of the run."""
    found = []
    data = safe_open.tail(os.path.join(seen.run, layout.EVENTS), decided.NEAR_END) or b""
    for raw in data.split(b"\n"):
        if b'"approval.resolved"' not in raw:
            continue
        try:
            event: Any = json_codec.decode(raw)
        except ValueError:
            continue
        told, at = event.get("data"), event.get("at")
        if isinstance(told, dict) and told.get("through") == "terminal" and isinstance(at, str):
            found.append(_Decision(at, "a dialog was answered at the terminal", True))
    return found
