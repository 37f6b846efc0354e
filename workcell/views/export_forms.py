"""What every form of an export has in common: its head, its sources, and how a conversation comes to it part by part.

Nothing here knows of runs: whatever has a conversation can be exported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from workcell.cleaning.counted import Counted
from workcell.sessions import story
from workcell.sessions.records import Reader

SAYS = {
    "part": "a part of a secret that stood there while it was drawn or scrolled away",
    "secret": "a value of the environment of the run",
    "control": "a text with characters that could steer a terminal, shown as escapes",
    "assignment": "what looks like a value assigned to a password, token or key",
}
"""Kinds of what is taken out, in words; every other kind is the name of a service whose tokens look so."""


@dataclass(frozen=True)
class TakenOut:
    """One kind of what was masked."""

    kind: str
    """`secret`: a value of the environment; `control`: what could steer a terminal; else what it looks like."""
    count: int
    """How often it stood there."""

    @property
    def words(self) -> str:
        """For a person."""
        return f"{self.count} × {SAYS.get(self.kind, f'what looks like a secret of kind {self.kind}')}"


@dataclass(frozen=True)
class Head:
    """What an export begins with, cleaned."""

    id: str
    title: str
    facts: dict[str, str]
    """Label and value, in the order in which they are shown."""
    exported_at: str
    redacted: bool
    what: Literal["run", "session"] = "run"


class Talk(Protocol):
    """A conversation: `sessions.conversation.Conversation` is one."""

    def reader(self) -> Reader:
        """A reader that begins at its first line."""

    def story(self) -> story.Story:
        """What makes parts of its pieces."""

    def chunks(self) -> Iterator[bytes]:
        """All of its bytes."""


@dataclass(frozen=True)
class Source:
    """One conversation of an export, or, where an attempt has none, the lines of its log."""

    title: str | None
    """None where it is the only one."""
    attempt: int | None
    talk: Talk | None
    lines: Iterator[str]


class Form(Protocol):
    """One way to write a conversation down. It gets texts that are cleaned, and gives text to be written."""

    def head(self, head: Head) -> Iterator[str]: ...

    def source(self, title: str) -> Iterator[str]: ...

    def part(self, part: story.Part) -> Iterator[str]: ...

    def log(self, lines: Iterator[str]) -> Iterator[str]: ...

    def end(self, taken: list[TakenOut]) -> Iterator[str]: ...


def written(form: Form, head: Head, sources: list[Source], clean: Counted) -> Iterator[str]:
    """The whole export in that form, piece by piece."""
    yield from form.head(head)
    for source in sources:
        if source.title is not None:
            yield from form.source(source.title)
        if source.talk is None:
            yield from form.log(clean.lines(source.lines))
            continue
        for part in parts(source.talk):
            yield from form.part(story.masked(part, clean.text))
    yield from form.end(report(clean))


def parts(talk: Talk) -> Iterator[story.Part]:
    """The parts of a conversation in their order."""
    reader, told = talk.reader(), talk.story()
    for chunk in talk.chunks():
        for piece in reader.read(chunk):
            yield from told.add(piece)
    for piece in reader.close():
        yield from told.add(piece)
    yield from told.close()


def report(clean: Counted) -> list[TakenOut]:
    """What was taken out so far, the most frequent kind first."""
    return [TakenOut(kind, count) for kind, count in clean.taken.most_common()]
