"""Follows a playbook on a live run or on the tmux server, one step after the other over many ticks.

Invariants:
- The progress of a playbook is in the record of acts alone: the next step is the one behind those with a result.
  A tick that is killed between intent and result leaves an open intent; the next tick closes it before it comes here.
- The intent is durable before a step acts. Where it cannot be written, nothing is done.
- A step that touches a run or a program is carried out only where nothing hinders it at this very moment: two looks
  that agree, no person at the terminal, the same attempt in the same phase, and room below every cap.
- After such a step the playbook rests: whether it helped shows at the next look.
- A hindrance is a value of `Reason` with seconds; its words are for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from workcell.base import ids
from workcell.base.errors import WorkcellError
from workcell.playbooks import caps
from workcell.playbooks.caps import INTENT, RESULT
from workcell.playbooks.playbook import Playbook
from workcell.playbooks.step import FAILED, Done, Running, Step

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    from workcell.rundir import schema

    class Incident(TypedDict):
        """Fields that every line of one incident has in the record of acts."""

        run: str
        attempt: int
        playbook: str
        edge: str

    class Intent(TypedDict, total=False):
        """Fields of the line before an act, beside its number and time: keys of `schema.Action`."""

        run: str | None
        attempt: int
        step: schema.ActionStep
        index: int
        playbook: str | None
        edge: str
        account: str | None
        message: str
        how: str | None
        why: str | list[str]

    class Outcome(TypedDict, total=False):
        """Fields of the line after an act, beside its state: keys of `schema.Action`."""

        run: str | None
        attempt: int
        playbook: str | None
        edge: str
        account: str | None
        settled: bool


REST = 60.0
"""Seconds after which a step that was done is looked at again: whether it helped."""

LONG = 3600.0
"""Seconds after which an incident is looked at again whose playbook has been followed to its end."""

SHORTEST, LONGEST = 5.0, 600.0
"""Seconds between which a rest lies that a cap or a wait asks for."""


NOT_DONE = ("not done", "unknown")
"""States of the result of an act in which a tick was killed, after which the step is carried out again."""


class Reason(Enum):
    """Kinds of hindrances."""

    SEEN_ONCE = auto()
    ATTENDED = auto()
    CHANGED = auto()
    CAP = auto()


@dataclass(frozen=True)
class Hindrance:
    """Why a step may not be carried out now, and after how many seconds to look again."""

    reason: Reason
    words: str
    wait: float = REST
    final: bool = False
    """No waiting helps: a person is needed."""


class Subject(Running, Protocol):
    """A run, or the tmux server, on which a playbook is followed."""

    begins_anew: bool
    """Whether a playbook that was followed to its end is followed again while the trouble lasts."""

    def hindrance(self) -> Hindrance | None:
        """The reason why automation may not touch it now; None when it may."""

    def give_up(self, why: str) -> None:
        """Say that automation stops here, for the reason `why`."""

    def rests_after(self, done: Done) -> bool:
        """Whether the playbook rests after a step that touched it and went like that."""


class Acts(caps.Record, Protocol):
    """The record of acts, which can be added to."""

    def intent(self, **fields: Unpack[Intent]) -> int:
        """Write down what is about to be done; its number. OSError: do not do it."""

    def result(self, number: int, state: str, words: str = "", **fields: Unpack[Outcome]) -> None:
        """Write down how the act of that number went."""


@dataclass(frozen=True)
class Case:
    """One incident, and the playbook that is followed for it."""

    subject: Subject
    book: Playbook
    edge: str
    """Names the incident: the same playbook begins anew for another one."""
    actor: caps.Actor
    acts: Acts
    fit: list[str]
    """Why the playbook was chosen."""
    seen_for: float
    """Seconds for which ticks have found the same."""

    @property
    def mark(self) -> Incident:
        """The fields that every line of this incident has."""
        return {
            "run": self.subject.id,
            "attempt": self.subject.attempt,
            "playbook": self.book.name,
            "edge": self.edge,
        }

    def lines(self) -> list[schema.Action]:
        """The lines of this incident in the record."""
        mark = self.mark
        return [one for one in self.acts.lines if all(one.get(key) == value for key, value in mark.items())]


@dataclass(frozen=True)
class Progress:
    """The steps that were carried out, a line each, and the seconds until the incident is to be looked at again."""

    did: list[str]
    rest: float


def follow(case: Case) -> Progress:
    """Carry out what is due of the playbook."""
    did: list[str] = []
    while True:
        index = _next_index(case)
        if index is None:
            return Progress(did, LONG)
        step = case.book.steps[index]
        rest = step.rest(case.subject, _passed(case))
        if rest > 0:
            return Progress(did, min(rest, LONGEST))
        hindrance = hinders(case, step)
        if hindrance is not None:
            if hindrance.final:
                case.subject.give_up(hindrance.words)
            return Progress(did, hindrance.wait)
        done = _carry_out(case, step, index)
        did.append(f"{step.word}: {done.words or done.state}")
        if step.acts and case.subject.rests_after(done):
            return Progress(did, REST)


def hinders(case: Case, step: Step) -> Hindrance | None:
    """Why the step may not be carried out now; None when it may."""
    if not step.acts:
        return None
    found = case.subject.hindrance()
    if found is not None:
        return found
    verdict = caps.check(case.acts, case.book.limits, case.actor)
    if verdict.why is None:
        return None
    wait = LONGEST if verdict.final else min(max(verdict.wait, SHORTEST), LONGEST)
    return Hindrance(Reason.CAP, verdict.why, wait, verdict.final)


def _next_index(case: Case) -> int | None:
    """Which step is next; None when the playbook has been followed to its end."""
    intents = {one["n"] for one in case.lines() if one.get("is") == INTENT}
    # a result that a later tick wrote for a killed one counts where it says that the act was done
    closed = {
        one.get("of")
        for one in case.acts.lines
        if one.get("is") == RESULT and not (one.get("settled") and one.get("state") in NOT_DONE)
    }
    done = len(intents & closed)
    steps = case.book.steps
    if steps and case.subject.begins_anew and any(step.acts for step in steps):
        return done % len(steps)
    return done if done < len(steps) else None


def _passed(case: Case) -> float:
    """Seconds since the last step of this incident was done, or since it was first seen."""
    closed = [one for one in case.lines() if one.get("is") == RESULT]
    return case.acts.ago(closed[-1]) if closed else case.seen_for


def _carry_out(case: Case, step: Step, index: int) -> Done:
    return carry_out(case.subject, case.acts, step, index, case.mark, case.fit)


def carry_out(subject: Subject, acts: Acts, step: Step, index: int, mark: Incident, why: list[str]) -> Done:
    """Carry out one step: its intent is on record before it, its result after it.

    OSError: the intent could not be written, and nothing was done.
    """
    subject.message = ids.unique()
    number = acts.intent(
        **mark,
        step=step.word,
        index=index,
        account=subject.account,
        message=subject.message,
        why=why,
    )
    try:
        done = step.while_running(subject)
    except WorkcellError as error:
        done = Done(FAILED, error.message)
    acts.result(number, done.state, done.words, **mark)
    return done
