"""The frames of a terminal as they may be shown: no secret in any of them, whole or in part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from workcell.cleaning import redact
from workcell.cleaning.clean import Cleaner
from workcell.cleaning.fragments import Fragments, shaped
from workcell.sessions.frames import Frame
from workcell.terminal import printable, styled
from workcell.terminal.styled import Line


def text_of(lines: list[Line]) -> str:
    """The rows of a screen as text; a line that was wrapped is one line."""
    return "".join(line.text + ("" if line.wrapped else "\n") for line in lines)


def cleaned(clean: Callable[[str], str], lines: list[Line], columns: int) -> list[Line]:
    """The rows as they may be shown; with a secret among them they lose their colours, since their columns move.

    Rows that a wrapped line fills are cleaned as one: a secret is often longer than a row.
    """
    text = text_of(lines)
    shown = clean(text)
    if shown == text:
        return lines
    rows = [row for line in shown.splitlines() for row in printable.folded(line, columns)]
    return [Line([(row, styled.PLAIN)] if row else []) for row in rows]


class CleanFrames:
    """Cleans the frames of one recording, which is read twice: a token is known by its shape only once it is whole.

    `taken` counts how often a secret came to be seen, by its kind. With `ahead` off it is read once, and a token can be
    seen until it is whole: for the person who may look at the run itself.
    """

    def __init__(self, frames: Callable[[], Iterator[Frame]], secrets: frozenset[str], *, ahead: bool = True) -> None:
        self._frames, self._secrets, self._ahead = frames, secrets, ahead
        self.taken: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Frame]:
        known = self._secrets | (self._tokens() if self._ahead else set())
        cleaner, fragments = Cleaner(self._secrets), Fragments(known)

        def clean(text: str) -> str:
            whole = cleaner.text(text)
            return "\n".join(map(fragments.line, whole.split("\n"))) if known else whole

        seen: Counter[str] = Counter()
        for frame in self._frames():
            lines = cleaned(clean, frame.lines, frame.columns)
            kinds = redact.kinds(text_of(lines)) if lines is not frame.lines else Counter[str]()
            self.taken += kinds - seen
            seen = kinds
            yield replace(frame, lines=fitted(lines, frame.rows))

    def _tokens(self) -> set[str]:
        """What looked like a token in any frame; a line is looked at when it comes."""
        tokens: set[str] = set()
        before: set[str] = set()
        for frame in self._frames():
            lines = text_of(frame.lines).split("\n")
            tokens |= shaped("\n".join(line for line in lines if line not in before))
            before = set(lines)
        return tokens


def fitted(lines: list[Line], rows: int) -> list[Line]:
    """So many rows; of more the last ones."""
    return [*lines[-rows:], *[Line([])] * (rows - len(lines))]
