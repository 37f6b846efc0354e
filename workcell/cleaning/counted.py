"""A cleaner that counts what it takes out, so that a reader of what is left knows that something is missing."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from workcell.cleaning import redact
from workcell.cleaning.clean import Cleaner
from workcell.terminal import printable

CONTROL = "control"
"""Kind of the characters that could steer a terminal or hide words."""


class Counted(Cleaner):
    """A `Cleaner` that counts in `text`, `lines` and `record`. With None in place of secrets it leaves all as it is."""

    def __init__(self, secrets: Iterable[str] | None) -> None:
        super().__init__(secrets or ())
        self.redacts = secrets is not None
        self.taken: Counter[str] = Counter()
        """How often something was taken out, by kind: that of the mask, or CONTROL for one text that had such
        characters."""

    def text(self, text: str) -> str:
        """As `Cleaner.text`."""
        if not self.redacts:
            return text
        cleaned = super().text(text)
        if cleaned != text:
            self._count(text, cleaned)
            if printable.printable_lines(text) != text:
                self.taken[CONTROL] += 1
        return cleaned

    def record(self, value: Any) -> Any:
        """As `Cleaner.record`: control characters stay, since JSON escapes them."""
        if not self.redacts:
            return value
        if isinstance(value, str):
            cleaned = self.mask(value)
            if cleaned != value:
                self._count(value, cleaned)
            return cleaned
        if isinstance(value, dict):
            return {self.record(key): self.record(one) for key, one in value.items()}
        return [self.record(one) for one in value] if isinstance(value, list | tuple) else value

    def _count(self, text: str, cleaned: str) -> None:
        self.taken += redact.kinds(cleaned) - redact.kinds(text)
