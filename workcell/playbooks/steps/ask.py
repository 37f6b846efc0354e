"""ask: proposes acts to a person, and does them once they are approved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.judgement.ending import Ending, Notice
from workcell.playbooks.step import Done, Misfit, Place, Running, Step, attribute, parse_from
from workcell.playbooks.steps.answer import Answer
from workcell.playbooks.steps.hold import Hold
from workcell.playbooks.steps.interrupt import Interrupt
from workcell.playbooks.steps.notify import Notify
from workcell.playbooks.steps.nudge import Nudge
from workcell.playbooks.steps.release import Release
from workcell.playbooks.steps.resume import Resume
from workcell.playbooks.steps.snapshot import Snapshot
from workcell.playbooks.steps.stop import Stop
from workcell.rundir.vocabulary import STEPS
from workcell.texts import fields
from workcell.texts.document import Document
from workcell.texts.fields import Field, Path

if TYPE_CHECKING:
    from workcell.rundir.schema.literals import Risk
    from workcell.rundir.schema.proposals import ProposedAct

ACTS: dict[str, type[Step]] = {
    step.word: step for step in (Notify, Nudge, Answer, Interrupt, Stop, Resume, Snapshot, Hold, Release)
}
"""The steps that can be proposed: each can be carried out at once, in one of the two places at least."""

_WHERE = (Place.END, Place.LIVE)


def act(value: Any, path: Path, document: Document) -> Step | None:
    """The step of `then` that `value` says; faults go to `document`."""
    word = next(iter(value), None) if isinstance(value, dict) else value
    if word in STEPS and word not in ACTS:
        document.fault(path, f"{word!r} cannot stand in 'ask'", f"one of: {', '.join(ACTS)}")
        return None
    return parse_from(ACTS, value, path, document)


acts = fields.list_of(act)
"""The check of `then`."""


@dataclass(frozen=True)
class Ask(Step):
    word = "ask"
    does = "proposes steps to a person, and does them if they are approved within 24 hours"
    options = (
        Field("text", fields.text, "what is recommended, and why", required=True),
        Field("then", acts, "what is done then, once, in this order", required=True),
    )
    ended = (
        "the run is over, also behind a `resume`, and needs a person; else as live. Where one of the steps does "
        "nothing after an end, none is proposed, and `escalated` is posted"
    )
    live = (
        "posts `proposal`. `workcell approve RUN` carries out exactly these steps, once, and `workcell deny RUN` none. "
        "No process waits for that; it is void after 24 hours, and once the run is in another attempt or phase"
    )
    last = True

    text: str
    then: Sequence[Step]

    @classmethod
    def parse(cls, options: dict[str, Any], path: Path, document: Document) -> Step:
        found = super().parse(options, path, document)
        assert isinstance(found, Ask)
        if options.get("then") == []:
            document.fault((*path, "then"), "'then' names no step", "name what is to be done, or write 'escalate'")
        return found

    def inner(self) -> Sequence[Step]:
        return self.then

    def record(self) -> dict[str, object]:
        return {"step": self.word, "text": self.text, "then": [step.record() for step in self.then]}

    def describe(self) -> str:
        return f"asks a person: {self.text} Once approved: {'; '.join(step.describe() for step in self.then)}"

    def misfits(self, places: frozenset[Place]) -> Iterator[Misfit]:
        yield from super().misfits(places)
        asks_in = [place for place in _WHERE if place in places]
        found = [[misfit for step in self.then for misfit in _misfits(step, place)] for place in asks_in]
        if found and all(found):  # in one place all of it can be done: in the other one a person is told
            for misfit in found[0]:
                yield Misfit("then", misfit.message, misfit.cure)

    def at_end(self, ending: Ending) -> None:
        text = " ".join(self.text.split())
        if any(True for step in self.then for _ in _misfits(step, Place.END)):
            ending.how = None
            ending.notices.append(Notice(True, True, text))
            return
        acts: list[ProposedAct] = [proposed(step, step.describe()) for step in self.then]
        risk: Risk = "write" if any(step.acts for step in self.then) else "low"
        ending.proposal = {"text": text, "acts": acts, "risk": risk}

    def while_running(self, run: Running) -> Done:
        return run.propose(self.text, self.then)


def _misfits(step: Step, place: Place) -> Iterator[Misfit]:
    """What keeps the step from being carried out at once in that place, where a person has approved it."""
    yield from step.misfits(frozenset({place}))
    if isinstance(step, Resume) and place is Place.LIVE:
        yield Misfit(
            "then", "'resume' in 'ask' opens an attempt, and none is opened beside a live agent", "write 'nudge'"
        )
    if isinstance(step, Resume) and step.after is not None:
        yield Misfit("then", "what was approved is done at once", "leave out 'after'")


def proposed(step: Step, words: str) -> ProposedAct:
    """The act as it stands in a proposal; `words` say what it does."""
    options = {name: value for name, value in step.record().items() if name != "step"}
    return {"step": step.word, "options": options, "words": words}  # type: ignore[typeddict-item]


def rebuild(proposed: ProposedAct) -> Step | None:
    """The step of a proposal as it was when it was made; None where this version knows no such step."""
    kind = ACTS.get(proposed["step"])
    if kind is None or set(proposed["options"]) != {entry.name for entry in kind.options}:
        return None
    return kind(**{attribute(name): value for name, value in proposed["options"].items()})
