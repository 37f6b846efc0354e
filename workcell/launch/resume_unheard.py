"""What earlier attempts were told by messages, and ended before their turn did: the next attempt is told it again.

Invariants:
- Nothing is changed here. The ids stand in `messages` of attempt.json, the texts in `inbox/cur`; an attempt that tells
  them again names them in its own `messages`, so a chain of attempts that die loses none.
- A turn that ended by the records of the agent, by a hook or with exit code 0 is not told again.
"""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.light_dataclass import dataclass
from workcell.rundir import deferred, events, inbox, layout, look, standby

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema import Message


@dataclass
class Unheard:
    """Messages whose turn did not end."""

    attempts: list[int] = field(default_factory=list)
    """Numbers of the attempts that were given them, ascending."""
    messages: list[Message] = field(default_factory=list)
    """In the order in which they were given."""

    @property
    def ids(self) -> list[str]:
        return [str(message["id"]) for message in self.messages]

    @property
    def line(self) -> str:
        """The sentence before the messages where they are told again."""
        first, *others = self.attempts
        if not others:
            return f"Attempt {first} was given this, and ended before its turn did:"
        numbers = ", ".join(str(n) for n in self.attempts)
        return f"Attempts {numbers} were given this, and ended before their turns did:"

    def outside_of(self, run: str, n: int) -> Unheard:
        """Those that do not stand in the brief of attempt `n`."""
        given = inbox.in_brief(run, n) if self.messages else set()
        return Unheard(self.attempts, [one for one in self.messages if str(one["id"]) not in given])


def find(seen: look.Look) -> Unheard:
    """The messages that the attempt after the one that `seen` looked at is told again.

    An attempt that was told none, since it carried out a person's yes or no or began with a new brief, is passed over.
    """
    found = Unheard()
    n = seen.n
    while n >= 1:
        attempt: schema.Attempt | None = look.record_at(seen, n, layout.ATTEMPT)
        if attempt is None:
            break
        ended = has_ended(seen, n)
        if not ended:
            _add(seen.run, n, [str(one) for one in attempt.get("messages") or []], found)
        decided = deferred.answers(attempt) and not ended
        if not decided and not (n > 1 and attempt.get("brief_given") == n):
            break
        n -= 1
    return found


def _add(run: str, n: int, wanted: list[str], found: Unheard) -> None:
    """Put the texts of these ids, which stand in the brief of attempt `n`, before what was found."""
    if not wanted:
        return
    # in the order in which messages are moved on: one that is moved meanwhile is met further on
    there = {str(one["id"]): one for state in (inbox.QUEUED, inbox.ACCEPTED) for _, one in inbox.in_state(run, state)}
    known = set(found.ids)
    texts = [there[key] for key in wanted if key in there and key not in known and there[key]["kind"] == "text"]
    if texts:
        found.attempts.insert(0, n)
        found.messages[:0] = texts


def has_ended(seen: look.Look, n: int) -> bool:
    """Whether the turn ended that attempt `n` began with, as far as records, hooks and the exit of its agent tell."""
    after: schema.Next | None = look.record_at(seen, n, layout.NEXT)
    if standby.ended(after):
        return True
    exit: schema.Exit | None = look.record_at(seen, n, layout.EXIT)
    if exit is None or deferred.ended(after):
        return False
    attempt: schema.Attempt | None = look.record_at(seen, n, layout.ATTEMPT)
    well = exit.get("how") == "reaped" and exit.get("code") == 0
    if attempt is None or (well and attempt.get("io") == "file"):
        return well
    told = _by_records(seen, n, attempt)
    return well if told is None else told


def _by_records(seen: look.Look, n: int, attempt: schema.Attempt) -> bool | None:
    """What records and hooks of the attempt tell; None where they tell nothing of it."""
    from workcell.evidence import capture_state

    start: schema.Start | None = look.record_at(seen, n, layout.START)
    since = _epoch(start.get("started_at") if start is not None else None)
    known = False
    for name, source in capture_state.sources(capture_state.stored(layout.attempt(seen.run, n))):
        session = source["session"]
        # the transcript of a conversation that went on also tells of attempts before
        if not session["events"] or (name == "transcript" and not _after(session["last_at"], since)):
            continue
        known, end = True, session["end"]
        of_this = end is not None and (end["at"] is None or _after(end["at"], since))
        if session["turn"] == "done" and end is not None and of_this and _well(end):
            return True
    if known and attempt.get("io") == "terminal" and _completed(seen.run, n, since):
        return True
    return False if known else None


def _completed(run: str, n: int, since: float) -> bool:
    """Whether a turn of the attempt ended well before the one in which its agent ended, at a terminal."""
    for _, event in events.read(os.path.join(run, layout.EVENTS)):
        if event is None or event.get("type") != "turn.completed" or event.get("attempt") != n:
            continue
        data, at = event.get("data"), event.get("agent_time")
        if isinstance(data, dict) and _well(data) and isinstance(at, str) and _after(at, since):
            return True
    return False


def _well(end: schema.Detail | dict[str, object]) -> bool:
    """Whether a turn that ended so did as its agent wished; at a call that a hook deferred it is still open."""
    return bool(end.get("ok")) and not end.get("deferred")


def _after(at: str | None, since: float) -> bool:
    return _epoch(at) >= since


def _epoch(at: str | None) -> float:
    """Seconds since the epoch; 0 where no time is known."""
    try:
        return clock.parse(at) if at else 0.0
    except ValueError:
        return 0.0
