"""Which playbook holds for what was found: every word of its `when` must fit, and the closest fit decides."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Book(Protocol):
    """What is asked of a playbook here."""

    @property
    def name(self) -> str: ...
    @property
    def when(self) -> Mapping[str, Any]: ...


Finding = Mapping[str, Any]
"""{verdict, phase, activity, evidence: [ids of signals or findings], confidence}; absent is None."""

_WEIGHT = {"evidence": 8, "activity": 4, "phase": 2, "verdict": 1}
"""A named finding says more than an activity, that more than a phase, and a verdict is named by most of them."""


def choose(books: Iterable[Book], finding: Finding) -> tuple[Any, list[str]]:
    """(the playbook that fits best or None, why it fits)."""
    best: tuple[int, str] | None = None
    found: tuple[Any, list[str]] = (None, [])
    for book in books:
        fit = fits(book, finding)
        if fit is None:
            continue
        key = (-sum(_WEIGHT[word] for word, _ in fit), book.name)
        if best is None or key < best:
            best, found = key, (book, [f"{word}: {value}" for word, value in fit])
    return found


def fits(book: Book, finding: Finding) -> list[tuple[str, str]] | None:
    """The words of `when` that fit, with the values; None when one of them does not."""
    when = book.when
    out: list[tuple[str, str]] = []
    for word in ("verdict", "phase", "activity"):
        wanted = when.get(word) or []
        if wanted:
            if finding.get(word) not in wanted:
                return None
            out.append((word, str(finding[word])))
    wanted = when.get("evidence") or []
    if wanted:
        # a signal is stored with its version, e.g. claude-usage-notice/1
        there = [name for name in finding.get("evidence") or [] if name.partition("/")[0] in wanted]
        if not there:
            return None
        out.append(("evidence", there[0]))
    if not out or float(finding.get("confidence") or 0.0) < float(when.get("confidence") or 0.0):
        return None
    return out
