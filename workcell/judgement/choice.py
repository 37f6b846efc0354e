"""Chooses the playbook for a finding: every word of its `when` must fit, and the closest fit decides."""

from collections.abc import Iterable
from typing import Protocol, TypedDict, TypeVar


class When(TypedDict):
    """The findings that a playbook is for: of each list that is not empty one entry must fit."""

    verdict: list[str]
    phase: list[str]
    activity: list[str]
    evidence: list[str]
    """Ids of signals, and findings."""
    confidence: float
    """The least confidence, from 0 to 1."""


class Book(Protocol):
    """The part of a playbook that a choice needs."""

    @property
    def name(self) -> str: ...
    @property
    def when(self) -> When: ...


AnyBook = TypeVar("AnyBook", bound=Book)


class Finding(TypedDict, total=False):
    """The findings on a run; an absent key is None."""

    verdict: str | None
    phase: str | None
    activity: str | None
    evidence: list[str]
    """Ids of signals, and findings."""
    confidence: float
    """From 0 to 1."""


_WEIGHT = {"evidence": 8, "activity": 4, "phase": 2, "verdict": 1}
"""A named finding says more than an activity, that more than a phase, and a verdict is named by most of them."""


def choose(books: Iterable[AnyBook], finding: Finding) -> tuple[AnyBook | None, list[str]]:
    """(the playbook that fits best or None, why it fits)."""
    best: tuple[int, str] | None = None
    found: tuple[AnyBook | None, list[str]] = (None, [])
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
    states = (
        ("verdict", when.get("verdict"), finding.get("verdict")),
        ("phase", when.get("phase"), finding.get("phase")),
        ("activity", when.get("activity"), finding.get("activity")),
    )
    out: list[tuple[str, str]] = []
    for word, allowed, value in states:
        if allowed:
            if value not in allowed:
                return None
            out.append((word, str(value)))
    wanted = when.get("evidence") or []
    if wanted:
        # a signal is stored with its version, e.g. claude-usage-notice/1
        there = [name for name in finding.get("evidence") or [] if name.partition("/")[0] in wanted]
        if not there:
            return None
        out.append(("evidence", there[0]))
    if not out or (finding.get("confidence") or 0.0) < (when.get("confidence") or 0.0):
        return None
    return out
