"""turn_answers: who asked for the check of a run after a turn is told how it ended, each once.

Invariants:
- For the holder of `attend/<run>.checking`. An answer is written into its request before anybody is told; the message
  has the id of the request, and is delivered only where no message of that id was ever in the inbox.
- Where an attempt ended after the message had reached the agent, its own check is the answer, and no other is run.
- What cannot be told stays open, and the next tick tries again: a sender cannot keep a run from its end.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from workcell.base import clock, ids
from workcell.channels import outbox
from workcell.cleaning import run_cleaner
from workcell.finish import turn_words, watchers
from workcell.rundir import attending, find, inbox, inbox_edits, layout, look, phase, spool, turn_checks, watches

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.inbox import TakenOut, TurnAnswer, TurnCheck

EVENT = "checked"
"""The notice to a person, where one asked."""

PATIENCE = 3.0
"""Seconds for which a check of this run is waited for that is under way: it ends itself where the run goes on."""

LONGEST = 100
"""Maximum of times that a message was replaced by another one."""


class Standing:
    """What became of the message of a request: its state and, once the agent has it, in which attempt and when."""

    def __init__(self, state: str | None, why: str = "", attempt: int = 0, since: str = "") -> None:
        self.state, self.why, self.attempt = state, why, attempt
        self.since = since
        """From when on a turn that ends has begun with it, as `clock.stamp`."""


def standing(run: str, made: TurnCheck, n: int) -> Standing:
    """What became of the message, or of the one that was put in its place, in a run whose current attempt is `n`."""
    name = made["message"]
    for _ in range(LONGEST):
        state, said = inbox.state(run, name)
        if state == inbox.REMOVED:
            taken = _taken(run, name)
            if taken is None:
                return Standing(inbox.QUEUED)  # it is being changed at this moment
            into = taken["into"]
            if into is not None and ids.plain(into):
                name = f"{into}.json"
                continue
        break
    known: Any = said or {}
    why = str(known.get("why") or "")
    if state != inbox.ACCEPTED:
        return Standing(state, why)
    told = known.get("attempt")
    attempt = told if isinstance(told, int) and made["attempt"] <= told <= n else max(1, min(made["attempt"], n))
    return Standing(state, why, attempt, str(known.get("entered_at") or known.get("at") or made["at"]))


def _taken(run: str, name: str) -> TakenOut | None:
    """What was done with the message of that name, which was taken out; None where that is not written down yet."""
    return next((inbox.taken(one) for other, one in inbox.in_state(run, inbox.REMOVED) if other == name), None)


def tell(seen: look.Look, patience: float = PATIENCE) -> list[str]:
    """Tell what the records of the run answer, where another process does not hold the right to; a line for each."""
    home = layout.home_of(seen.run)
    if not turn_checks.on(home, seen.id):
        return []
    try:
        lock = attending.take(seen.run, attending.CHECKS, patience)
    except OSError:
        return []
    if lock is None:
        return []
    try:
        return tell_answered(seen)
    except OSError as error:
        return [f"{seen.id}: not told of its check: {error.strerror}"]
    finally:
        os.close(lock)


def tell_answered(seen: look.Look) -> list[str]:
    """Tell what is answered already, or by the records of the run; for the holder of the lock. OSError as ever."""
    home = layout.home_of(seen.run)
    inbox_edits.settle_left(seen.run)
    did = []
    for made in turn_checks.open_requests(home, seen.id):
        whole = made
        if made["answer"] is None:
            found = by_records(seen, made)
            if found is None:
                continue
            whole = turn_checks.answer(home, made, found)
        _deliver(seen, whole)
        turn_checks.end(home, whole)
        did.append(f"{seen.id}: {made['by']} told of its check")
    return did


# -- what the records say


def by_records(seen: look.Look, made: TurnCheck) -> TurnAnswer | None:
    """The answer that needs no further check; None where the turn goes on, or is still to be checked."""
    if watches.is_gone(layout.home_of(seen.run), seen.id):
        return none(seen, "the run was removed")
    known = standing(seen.run, made, seen.n)
    if known.state is None and _is_lost(seen, made):
        return none(seen, "its message is not in the inbox of the run")
    if known.state == inbox.REMOVED:
        return none(seen, "its message was taken out before it reached the agent")
    if known.state == inbox.REFUSED:
        return none(seen, f"its message did not reach the agent: {known.why}")
    if known.state == inbox.ACCEPTED:
        for n in range(known.attempt, seen.n + 1):
            verified = look.verify_at(seen, n)
            if verified is not None:
                return _of_end(seen, n, verified)
    if seen.phase == phase.CORRUPT:
        return none(seen, f"the run cannot be read: {seen.why}")
    if seen.phase == phase.DONE:
        words = f"the run is over ({seen.outcome}: {seen.reason})"
        read = "and no check was run" if known.state == inbox.ACCEPTED else "and its agent has not read the message"
        return none(seen, f"{words}, {read}")
    return None


def _is_lost(seen: look.Look, made: TurnCheck) -> bool:
    """Whether the message will not come any more: its sender holds a lock until it is sent."""
    lock = attending.take(seen.run, attending.EDITS, 0.0)
    if lock is None:
        return False
    try:
        # what was moved between two looks, or was sent just now, is met here
        return not inbox.stands(seen.run, made["message"])
    finally:
        os.close(lock)


def none(seen: look.Look, why: str) -> TurnAnswer:
    """That no check was run, and why."""
    return {
        "at": clock.stamp(),
        "attempt": seen.n,
        "outcome": "none",
        "why": run_cleaner.of_run(seen.run).line(why),
        "how": None,
        "code": None,
        "signal": None,
        "seconds": None,
        "sha256": None,
        "error": None,
        "tail": "",
        "tree": "unknown",
        "turn": False,
        "at_end": False,
    }


def of_check(seen: look.Look, found: schema.Check | Any) -> TurnAnswer:
    """The answer that a check gives; what is not known of the tree and of the agent is left as `none` has it."""
    passed = found["how"] == "exited" and found["code"] == 0
    return {
        **none(seen, turn_words.how(found, seen.limits)),
        "outcome": "passed" if passed else "failed",
        "how": found["how"],
        "code": found["code"],
        "signal": found["signal"],
        "seconds": found["seconds"],
        "sha256": found["sha256"],
        "error": found["error"],
    }


def _of_end(seen: look.Look, n: int, verified: schema.Verify) -> TurnAnswer:
    made = of_check(seen, verified)
    made["attempt"], made["at_end"] = n, True
    made["tail"] = turn_words.tail_of(os.path.join(layout.attempt(seen.run, n), layout.VERIFY_LOG), seen.run)
    return made


# -- telling


def _deliver(seen: look.Look, made: TurnCheck) -> None:
    """Tell who asked, where that was not done: by a message, or a person by a notice; and an event. Raises OSError."""
    answer = made["answer"]
    assert answer is not None
    home, sender = layout.home_of(seen.run), inbox.run_of(made["by"])
    if os.path.isdir(seen.run):
        _note(seen.run, made, answer)
    if sender is None:
        _post(home, seen, made, answer)
    elif find.is_live(home, sender):
        box = find.path_of(home, sender)
        if not inbox.stands(box, f"{made['id']}.json"):
            text = turn_words.text(seen, made, answer)
            watchers.put(box, made["id"], seen.id, answer["attempt"], text, inbox.BY_CHECK)


def _note(run: str, made: TurnCheck, answer: TurnAnswer) -> None:
    spool.note(
        run,
        "turn.checked",
        id=f"turn.checked:{made['id']}",
        source="message",
        attempt=answer["attempt"],
        message=made["message"].removesuffix(".json"),
        by=made["by"],
        outcome=answer["outcome"],
        why=answer["why"],
        seconds=answer["seconds"],
    )


def _post(home: str, seen: look.Look, made: TurnCheck, answer: TurnAnswer) -> None:
    """Post the notice to a person. Its id has the attempt of the answer: told again later it is still the same."""
    launch: Any = seen.launch or {}
    subject = outbox.Subject(seen.id, seen.name, answer["attempt"], launch.get("labels") or (), launch.get("notify"))
    facts: schema.NoticeFacts = {"why": turn_words.line(answer), "command": f"workcell inbox {seen.id} --all"}
    if seen.objective:
        facts["objective"] = run_cleaner.of_run(seen.run).line(seen.objective)
    outbox.post(home, outbox.make(subject, EVENT, facts, edge=made["id"]))
