"""The steps of playbooks: the form of a step, and the calls that it may make on the run that it is carried out on.

Invariants:
- One object for each step of each playbook. `judgement.next` calls its `at_end`, `interpreter.follow` its `rest` and
  `while_running`; nothing else interprets steps.
- `at_end` reads no clock and no file, and does nothing but change the `Ending`: a finish that is repeated decides the
  same again.
- `while_running` acts through `Running` alone. The intent is on record before it is called, the result after it.
- What a step returns is decided on by its type and its fields, never by its words.
- A step says in `ended`, `live` and `server` what it does in each place; where it does nothing it says None there,
  and the parser refuses a playbook that can only be followed in such a place.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Required, TypedDict

from workcell.base import spelling
from workcell.judgement.ending import Ending, Hold
from workcell.texts import fields
from workcell.texts.document import Document
from workcell.texts.fields import Field, Path

if TYPE_CHECKING:
    from workcell.judgement.screen import Option
    from workcell.rundir import schema


class Place(Enum):
    """Where a playbook can be followed."""

    END = "after an attempt has ended"
    LIVE = "while the run is live"
    SERVER = "for the tmux server"


DONE, FAILED, REFUSED = "done", "failed", "refused"
"""States of `Done`; what went through the inbox may also have the state of its message."""


@dataclass(frozen=True)
class Done:
    """How a step went: `state`, and words for people, which may be empty."""

    state: str
    words: str = ""


@dataclass(frozen=True)
class Misfit:
    """Something in a step that makes no sense where its playbook is followed. `option` is None for the whole step."""

    option: str | None
    message: str
    cure: str


class Dialog(TypedDict):
    """The dialog that an agent shows."""

    text: str
    """All its words."""
    question: str
    options: list[Option]
    safe: str | None
    """The number or words of an option that changes nothing."""


class Judged(TypedDict, total=False):
    """What was found of a run, as steps read it: the keys of a verdict that they need, and what it does now."""

    verdict: str
    confidence: float
    signals: list[str]
    """Ids of signals, with their versions, and findings."""
    resets_at: str | None
    """When the limit ends."""
    waits_itself: bool
    """Whether the agent goes on by itself then."""
    prompt: Dialog | None
    """The dialog that is up."""
    asks: str | None
    """For which a live agent asks permission: the tool and its words."""
    activity: str
    """Of a live run."""
    loop: str
    """Of an agent that repeats its calls: which, in words."""


class Outgoing(TypedDict, total=False):
    """A message of a step to the agent: the keys of `schema.Message` that the step knows."""

    kind: Required[schema.MessageKind]
    mode: schema.MessageMode
    text: str
    grace_seconds: float


class Running(Protocol):
    """A live run, or the tmux server, as a step sees it, and what a step may do to it. Errors are WorkcellError."""

    id: str
    attempt: int
    book: str
    """The playbook's name."""
    verdict: Judged
    account: str | None
    """The account that the run spends from; None where that is not known."""
    now: float
    """Epoch seconds."""
    message: str
    """The id for a message that this step sends; it stands in the record of the act."""

    def event(self, needs: bool) -> str | None:
        """The notice of what was found; None where there is none. `needs`: a person must act."""

    def why(self, text: str | None) -> str:
        """The reason for a notice: `text`, or why the playbook was chosen."""

    def tell(self, event: str, why: str) -> bool:
        """Post a notice; whether the outbox took it. The same incident is told once."""

    def send(self, message: Outgoing) -> Done:
        """Give the run's inbox a message; only the runner types."""

    def go_on(self, how: schema.Continuation, message: Outgoing) -> Done:
        """Have the run go on: a live agent gets the message; of one that has ended the next attempt is opened."""

    def answer(self, choice: str) -> Done:
        """Choose an option of the dialog that is up."""

    def has_keys(self) -> bool:
        """Whether the agent has a terminal in which keys can be pressed."""

    def keep_tree(self) -> Done:
        """Take a snapshot of the work tree."""

    def keep_records(self) -> Done:
        """Copy what the agent has recorded so far into the run."""

    def propose(self, text: str, acts: Sequence[Step]) -> Done:
        """Propose steps to a person, with a recommendation; they are carried out once that person approves."""

    def hold(self, hold: Hold) -> Done:
        """Put a hold on the run or its account; one that stands is only made longer."""

    def release(self, scope: str) -> Done:
        """End a hold that a playbook put on the run, or one until a reset on its account."""

    def account_held(self) -> bool:
        """Whether the run's account is held."""

    def ready_end_after(self, passed: float) -> float:
        """Seconds until an agent is to be ended that was found `passed` seconds ago to have ended its turn."""

    def repair_socket(self) -> Done:
        """Have the tmux server make its socket again."""


class Step(Protocol):
    """One step of a playbook, with its options as attributes (`for_` for the option `for`)."""

    word: ClassVar[schema.StepWord]
    """How playbooks name it."""
    does: ClassVar[str]
    """Its purpose in a few words, for the page on playbooks."""
    options: ClassVar[tuple[Field, ...]] = ()
    """The first one may be written short: `resume: native`."""
    ended: ClassVar[str | None] = None
    live: ClassVar[str | None] = None
    server: ClassVar[str | None] = None
    acts: ClassVar[bool] = False
    """Whether it touches a run or a program: then caps count it, and the playbook rests after it."""
    for_person: ClassVar[bool] = False
    """Whether it speaks for a person: then no repository's playbook may have it."""
    last: ClassVar[bool] = False
    """Whether no step may follow it."""

    @classmethod
    def parse(cls, options: dict[str, Any], path: Path, document: Document) -> Step:
        """The step with its checked options; faults are noted in `document`, and the step is then not used."""
        found = fields.check(options, cls.options, document, path)
        return cls(**{attribute(name): value for name, value in found.items()})

    @classmethod
    def places(cls) -> frozenset[Place]:
        """Where the step does something."""
        said = {Place.END: cls.ended, Place.LIVE: cls.live, Place.SERVER: cls.server}
        return frozenset(place for place, words in said.items() if words is not None)

    def misfits(self, places: frozenset[Place]) -> Iterator[Misfit]:
        """The options, or the whole step, that make no sense in a playbook that is followed in `places` alone."""
        if not places & self.places():
            where = " and ".join(sorted(place.value for place in places))
            yield Misfit(None, f"{self.word!r} does nothing {where}, where this playbook holds", self._cure())

    def _cure(self) -> str:
        can = " or ".join(sorted(place.value for place in self.places()))
        return f"leave it out: it works {can}; 'when: phase' says where a playbook holds"

    def inner(self) -> Sequence[Step]:
        """The steps within this one, which it does not carry out by itself."""
        return ()

    def record(self) -> dict[str, object]:
        """The step as plain data: `{"step": word, option: value, ...}`."""
        return {"step": self.word, **{entry.name: getattr(self, attribute(entry.name)) for entry in self.options}}

    def describe(self) -> str:
        """What the step does, in words for a person; a duration is written as in a file."""
        given = []
        for entry in self.options:
            value = getattr(self, attribute(entry.name))
            if value is not None:
                shown = fields.duration_text(value) if entry.check is fields.duration else value
                given.append(f"{entry.name}: {shown}")
        return f"{self.does} ({', '.join(given)})" if given else self.does

    def at_end(self, ending: Ending) -> None:
        """Say what the step makes of an attempt that has ended."""

    def rest(self, run: Running, passed: float) -> float:
        """Seconds to wait before the step is carried out, `passed` seconds after the one before it."""
        return 0.0

    def while_running(self, run: Running) -> Done:
        """Carry the step out on a run that is live."""
        return Done(REFUSED, f"{self.word} does nothing while a run is live")


def parse_from(table: Mapping[str, type[Step]], value: Any, path: Path, document: Document) -> Step | None:
    """The step of `table` that `value` says, a word or a mapping of one word to its options.

    Faults go to `document`.
    """
    if isinstance(value, str):
        value = {value: None}
    if not isinstance(value, dict) or len(value) != 1:
        document.fault(path, "a step is one word, or one word with its options", "for example: - resume: native")
        return None
    word, options = next(iter(value.items()))
    step = table.get(word)
    here = (*path, word)
    if step is None:
        document.fault(here, f"unknown step {word!r}", spelling.did_you_mean(word, list(table)))
        return None
    if options is not None and not isinstance(options, dict):
        if not step.options:
            document.fault(here, f"{word!r} takes no options")
            return None
        options = {step.options[0].name: options}
    return step.parse(options or {}, here, document)


def attribute(option: str) -> str:
    """The attribute that holds an option: its name, with `_` behind a keyword of Python."""
    return option + "_" if keyword.iskeyword(option) else option
