"""Whether an attempt ended so that its run waits, unchecked: for a person's yes or no, or on standby for a message.

Invariants:
- Nothing is changed here, and the same records give the same answer: finish may be killed and ask again.
- A run that watches others, or asked one for a check, is on standby until it was told of all of it, whatever its brief
  says. So is one whose turn carried out a person's yes or no, or was begun by messages, while further messages wait for
  it.
- The check of a run on standby runs once it is told to finish, and at no end of a turn before; messages that wait then
  begin one more turn. A turn that did not end well is judged by playbooks as any other attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.finish import decide
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.rundir import deferred, inbox, layout, look, standby, turn_checks, watches

if TYPE_CHECKING:
    from workcell.cleaning.clean import Cleaner
    from workcell.rundir import schema

ENDED_WELL = ("ok", "partial")
"""Verdicts of a turn that its agent ended itself."""

CHECKED_LATER: tuple[schema.Outcome, str] = (outcome.UNVERIFIED, "it waited for runs that it watches")
"""Outcome and reason of a run that ends while it waits to be told of others."""

READS_ON = "messages came that its agent was not told yet, and its next turn gets them"
"""Why a run is woken again before its check."""


@dataclass(frozen=True)
class Rest:
    """How an attempt ended that is not checked."""

    step: nexts.Decision | None
    """What follows; None where playbooks decide."""
    ended: tuple[schema.Outcome, str]
    """Outcome and reason, if playbooks do not go on with the run."""


def find(seen: look.Look, cleaner: Cleaner) -> Rest | None:
    """How the attempt ended, if it is not checked; None where the check decides."""
    if seen.attempt is None or seen.exit is None or seen.exit.get("how") in ("stopped", "not-started"):
        return None
    call = _deferred(seen, cleaner)
    if call is not None:
        asks = decide.wait_for_approval(seen, call)
        return Rest(asks, (outcome.UNVERIFIED, asks["reason"]))
    if standby.is_to_finish(seen):
        return _read_on(seen) if standby.reads_first(seen) and _has_room(seen) else None
    if not standby.keeps(seen.attempt):
        if is_to_be_told(seen):
            return Rest(decide.wait_for_message(seen), CHECKED_LATER) if _ended_well(seen) else None
        return _read_on(seen) if reads_on(seen) else None
    step = decide.wait_for_message(seen) if _ended_well(seen) else None
    words = f"its turn did not end well, and its check was not run: {outcome.ending(seen.exit)}"
    return Rest(step, (outcome.FAILED, words))


def is_to_be_told(seen: look.Look) -> bool:
    """Whether the run watches another one or asked one for a check, or word of that waits for it: its work is not
    done, and it is woken.

    A watch is moved away after its message was delivered, so what is fired meanwhile is met in the inbox.
    """
    home = layout.home_of(seen.run)
    if not seen.recipe.get("resume"):
        return False
    if watches.there(home) and _watches(home, seen):
        return True
    return turn_checks.there(home) and turn_checks.waits(home, seen.id, lambda: _letters(seen))


def _watches(home: str, seen: look.Look) -> bool:
    if watches.by(home, seen.id):
        return True
    told = {str(one.get("id")) for one in _letters(seen) if inbox.of_watch(one)}
    return bool(told) and not told.isdisjoint(watches.fired(home))


def _letters(seen: look.Look) -> list[schema.Message]:
    return [message for _, message in inbox.for_brief(seen.run, seen.n)]


def reads_on(seen: look.Look) -> bool:
    """Whether messages wait that came while the agent was in a turn of a person's decision, or of other messages.

    A limit that is used up opens no attempt for them: then the check decides.
    """
    begun = deferred.answers(seen.attempt) or look.asker(seen.attempt) == standby.MESSAGE
    return begun and bool(standby.letters(seen)) and _has_room(seen)


def _read_on(seen: look.Look) -> Rest | None:
    """A turn with the messages that wait, and no check before it; None where the turn did not end well."""
    if not _ended_well(seen):
        return None
    return Rest(decide.wait_for_message(seen, READS_ON), (outcome.UNVERIFIED, READS_ON))


def _has_room(seen: look.Look) -> bool:
    """Whether messages may open another attempt."""
    if not seen.recipe.get("resume"):
        return False
    from workcell.evidence import verdict

    return decide.used_up(seen, verdict.cost(seen) if seen.reader != "none" else None) is None


def _deferred(seen: look.Look, cleaner: Cleaner) -> schema.DeferredCall | None:
    """The call at which the agent ended for a person to decide."""
    if seen.attempt is None or not seen.attempt.get("approvals"):
        return None
    from workcell.approvals import left_open

    return left_open.of_end(seen, cleaner)


def _ended_well(seen: look.Look) -> bool:
    """Whether the agent ended its turn itself: by its records, or by its exit code where it keeps none."""
    assert seen.exit is not None
    if seen.reader == "none":
        return seen.exit.get("how") == "reaped" and seen.exit.get("code") == 0
    from workcell.evidence import verdict

    return verdict.judge(seen, [])["verdict"] in ENDED_WELL
