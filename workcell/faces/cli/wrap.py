"""Text in lines that fit a terminal: broken at spaces, and commands so that they work when they are pasted.

A word that is wider than the terminal stands on a line of its own, from the left edge: the terminal breaks it, and what
is marked and pasted from there is whole. A command that is too wide is broken with backslashes, as a shell takes it.
"""

import functools

from workcell.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

ROOM = 24
"""Minimum columns for text beside what stands before it."""

_COMMAND = r"(?:^|(?<=: )|(?<=→ )|(?<=:\x1b\[0m ))(?:cd \S+ && )?workcell [a-z](?:(?![,;] ).)*$"
"""A command at the end of a text, or all of it."""
_QUOTED = r"'workcell [^']*'\S*"
_COLOUR = r"\x1b\[[0-9;]*m"


@functools.cache
def _pattern(words: str) -> "re.Pattern[str]":
    """Compiled where text is broken into lines for the first time: a window shows none."""
    import re

    return re.compile(words)


def wrapped(text: str, width: int) -> list[str]:
    """The text made safe, in lines of at most `width` columns."""
    return filled("", printable.printable(text), width)


def hanging(first: str, text: str, width: int) -> list[str]:
    """`first` and then the text made safe in lines of at most `width` columns, those below indented by its width.

    Where that would leave little room, the text begins on a line of its own.
    """
    return filled(first, printable.printable(text), width)


def filled(first: str, text: str, width: int) -> list[str]:
    """As `hanging`, of a text that is safe and may have colours."""
    indent = width_of(first)
    lines = _Lines(first, indent, width)
    if indent and width - indent < ROOM:
        lines = _Lines(" " * min(indent, 4), min(indent, 4), width)
        lines.done += [first.rstrip()] if first.strip() else []
    found = _pattern(_COMMAND).search(text)
    words = text[: found.start()] if found else text
    for word in _words(words, width) if words.strip() else ():
        lines.add(word)
    if found:
        lines.add_command(found[0])
    return lines.close()


def _words(text: str, width: int) -> list[str]:
    """What is not broken: words, and quoted commands that fit a line."""
    quoted = _pattern(_QUOTED)
    whole = quoted.sub(lambda found: found[0].replace(" ", "\0") if width_of(found[0]) <= width else found[0], text)
    return [word.replace("\0", " ") for word in whole.rstrip(" ").split(" ")]


def command(text: str, width: int) -> list[str]:
    """A safe command in lines of at most `width` columns that are the same command when they are pasted.

    One with quotes is left whole, for the terminal to break: between them a backslash is a character.
    """
    lines = []
    while width_of(text) > width and "'" not in text:
        piece = printable.folded(text, width - 1)[0]
        at = piece.rfind(" ") + 1 or len(piece)
        lines.append(text[:at] + "\\")
        text = text[at:]
    return [*lines, text]


class _Lines:
    """Lines that are filled with words; `done` are those that take no more."""

    def __init__(self, first: str, indent: int, width: int) -> None:
        self.done: list[str] = []
        self._line, self._indent, self._columns = first, indent, width
        self._begun = False

    def add(self, word: str) -> None:
        """Put a word behind the last one, or on the next line."""
        gap = " " if self._begun else ""
        if width_of(self._line) + len(gap) + width_of(word) <= self._columns:
            self._line += gap + word
        else:
            self._next()
            self._line = " " * max(0, min(self._indent, self._columns - width_of(word))) + word
        self._begun = True

    def add_command(self, text: str) -> None:
        """Put a command behind the last word if all of it fits there, else on lines of its own."""
        if width_of(text) <= self._columns:
            self.add(text)
            return
        self._next()
        *before, self._line = command(text, self._columns)
        self.done += before
        self._begun = True

    def close(self) -> list[str]:
        """All lines; an empty one where there was no text."""
        if self._line.strip() or not self.done:
            self.done.append(self._line.rstrip())
        return self.done

    def _next(self) -> None:
        if self._line.strip():
            self.done.append(self._line.rstrip())


def width_of(text: str) -> int:
    """The columns that a text takes which may have colours."""
    return printable.width(_pattern(_COLOUR).sub("", text) if "\x1b" in text else text)
