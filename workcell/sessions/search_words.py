"""The words of a search: whether a text has all of them, and where; and which bytes of a file may hold such a text.

A word may be several, which then stand side by side. Case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workcell.agents.events import short

AROUND = 60
"""Characters before the first word that an excerpt shows."""
EXCERPT = 240
"""Maximum characters of an excerpt."""

ESCAPE = 8
"""At least the bytes of a letter, however it is encoded."""

_PLAIN = re.compile(r"[A-Za-z0-9_.:=,;@#%+*?!()\[\]{}'-]+")
"""Characters that stand in JSON as they are, and in nothing else's place."""


class Pieces:
    """Whether a line of JSON may hold a text with the words, told piece by piece."""

    def __init__(self, needles: Sequence[bytes], rare: re.Pattern[bytes] | None) -> None:
        self._missing, self._rare = list(needles), rare
        self._kept = max([ESCAPE, *map(len, needles)])
        """How many bytes before a piece may belong to what begins in them and ends in the piece."""
        self._end = b""

    def add(self, low: bytes) -> None:
        """Take the next piece of the line, in lower case."""
        low = self._end + low
        self._missing = [needle for needle in self._missing if needle not in low]
        if self._rare is not None and self._rare.search(low):
            self._rare = None
        self._end = low[-self._kept :]

    @property
    def may_hold(self) -> bool:
        """Whether all that is needed was in the pieces."""
        return not self._missing and self._rare is None


class Words:
    """What is searched for."""

    def __init__(self, words: Sequence[str]) -> None:
        """ValueError where there is no word with a character other than blanks."""
        self._words = [" ".join(word.lower().split()) for word in words if word.strip()]
        if not self._words:
            raise ValueError("there is no word to search for")
        pieces = [piece.encode() for word in self._words for piece in _PLAIN.findall(word)]
        self.needles = sorted(pieces, key=len, reverse=True)
        """Lower-case bytes that all stand in the JSON of a text with the words, the longest first; maybe none."""

        letters = [letter for word in self._words for letter in word if not letter.isascii()]
        forms = {form.encode() for form in (letters[0], letters[0].upper())} if letters else set()
        self._rare = re.compile(b"|".join(map(re.escape, [*sorted(forms), b"\\u"]))) if forms else None
        """One letter of the words that is none of ASCII, in both cases, or the beginning of any escape; None where they
        have no such letter."""

    def next_in(self, low: bytes, start: int) -> int:
        """Where, from `start` on, the next bytes are around which a text with the words may be; else -1."""
        if self.needles:
            return low.find(self.needles[0], start)
        if self._rare is None:
            return start if start < len(low) else -1
        found = self._rare.search(low, start)
        return -1 if found is None else found.start()

    def may_hold(self, line: bytes) -> bool:
        """Whether a line of JSON, in lower case, may hold a text with the words."""
        return all(needle in line for needle in self.needles) and (self._rare is None or bool(self._rare.search(line)))

    def in_pieces(self) -> Pieces:
        """The same question for a line that comes in pieces."""
        return Pieces(self.needles, self._rare)

    def at(self, text: str) -> int | None:
        """Where the first of the words begins in `text`; None where one of them is not in it.

        Blanks of any kind and number between the parts of a word count as one, so the place is that in the text of
        one line.
        """
        low = " ".join(text.split()).lower()
        places = [low.find(word) for word in self._words]
        return None if min(places) < 0 else min(places)

    def excerpt(self, text: str) -> str | None:
        """The part of the text around the first of the words, on one line; None where one of them is not in it.

        A line of the text that has all of them goes before the whole text.
        """
        if self.at(text) is None:
            return None
        text = next((line for line in text.split("\n") if self.at(line) is not None), text)
        line, at = " ".join(text.split()), self.at(text) or 0
        start = max(0, at - AROUND)
        return ("…" if start else "") + short(line[start:], EXCERPT)

    def places(self, line: str) -> list[tuple[int, int]]:
        """(begin, end) of each of the words in a line, in order, without overlaps."""
        low = line.lower()
        found = sorted((at.start(), at.end()) for word in self._words for at in re.finditer(re.escape(word), low))
        kept: list[tuple[int, int]] = []
        for begin, end in found:
            if len(low) == len(line) and (not kept or begin >= kept[-1][1]):
                kept.append((begin, end))
        return kept
