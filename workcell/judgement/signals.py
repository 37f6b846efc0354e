"""Finds the signals that fire on a record, on a line of stderr or stdout, or on a region of a screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol, TypedDict, Union

if TYPE_CHECKING:
    from workcell.judgement.reset import Reset
    from workcell.rundir import schema

MOST_TEXT = 2000
"""Characters of a text in which a pattern is looked for."""

Wanted = Union[str, float, bool, None, "re.Pattern[str]", "list[Wanted]"]
"""What a signal asks of one key of an event: a value, a pattern that occurs in it, or a list of which one must fit."""


class Signal(Protocol):
    """A signal of a playbook: one sentence or record that implies a verdict."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def match(self) -> Mapping[str, Wanted]: ...
    @property
    def pattern(self) -> re.Pattern[str] | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def resets(self) -> str | None: ...
    @property
    def safe(self) -> str | None: ...
    def holds_for(self, agent: str) -> bool: ...


class Fired(TypedDict):
    """A signal that fired, and what it says of the words that it fired on."""

    id: str
    version: int
    verdict: str
    confidence: float
    words: str
    """The words that it fired on, shortened."""
    reset: Reset | None
    """When the limit ends, if the words tell."""
    safe: str | None
    """The option of a dialog that changes nothing."""


def on_record(
    signals: Iterable[Signal],
    kind: schema.AgentEventType,
    record: schema.Detail,
    said_at: float,
    local: tzinfo | None,
) -> list[Fired]:
    """The signals that fire on an event; `record` is its data with `text`, `kind` its type."""
    whole: Mapping[str, object] = {**record, "type": kind}
    text = (record["text"] or "")[:MOST_TEXT].replace("’", "'")
    fired = []
    for signal in _of_source(signals, "record"):
        if not all(_fits(wanted, whole.get(name)) for name, wanted in signal.match.items()):
            continue
        found = signal.pattern.search(text) if signal.pattern else None
        if signal.pattern and not found:
            continue
        fired.append(_fire(signal, text, found, said_at, local))
    return sure_first(fired)


def on_text(
    signals: Iterable[Signal],
    source: str,
    text: str,
    said_at: float,
    local: tzinfo | None,
    region: str | None = None,
) -> list[Fired]:
    """The signals that fire on the words of stderr or stdout, or on one region of a screen."""
    text = text[:MOST_TEXT].replace("’", "'")
    fired = []
    for signal in _of_source(signals, source):
        if signal.pattern is None or signal.region != region:
            continue
        found = signal.pattern.search(text)
        if found:
            fired.append(_fire(signal, text, found, said_at, local))
    return sure_first(fired)


def sure_first(fired: Sequence[Fired]) -> list[Fired]:
    """The surest first; of equals the one that stands first in its file."""
    return sorted(fired, key=lambda one: -one["confidence"])


def _of_source(signals: Iterable[Signal], source: str) -> list[Signal]:
    return [signal for signal in signals if signal.source == source]


def _fits(wanted: Wanted, value: object) -> bool:
    if isinstance(wanted, re.Pattern):
        return value is not None and wanted.search(str(value)[:MOST_TEXT].replace("’", "'")) is not None
    if isinstance(wanted, list):
        return any(_fits(one, value) for one in wanted)
    if isinstance(wanted, bool) or isinstance(value, bool) or wanted is None:
        return wanted is value
    if isinstance(wanted, int | float) and isinstance(value, int | float):
        return float(wanted) == float(value)
    return value is not None and str(wanted) == str(value)


_DRAWN = re.compile(r"[^\w'\"]{3,}$")
"""A word of no letter and no digit: part of a frame or a logo."""

QUOTED = 300
"""Maximum characters of the words that are quoted."""


def _quoted(text: str, found: re.Match[str] | None) -> str:
    """The words around what a pattern found: whole lines where there are lines, and never half a word."""
    if found is None or len(" ".join(text.split())) <= QUOTED:
        return " ".join(text.split())[:QUOTED]
    start = max(text.rfind("\n", 0, found.start()) + 1, found.start() - 60)
    if start and not text[start - 1].isspace():
        start = text.find(" ", start, found.start()) + 1 or found.start()
    words = " ".join(word for word in text[start:].split() if not _DRAWN.match(word))
    if len(words) > QUOTED:
        words = words[:QUOTED].rsplit(" ", 1)[0] + " …"
    return words if start == 0 else f"… {words}"


def _fire(signal: Signal, text: str, found: re.Match[str] | None, said_at: float, local: tzinfo | None) -> Fired:
    when: Reset | None = None
    if signal.resets and found and found[signal.resets]:
        from workcell.judgement import reset

        when = reset.parse(found[signal.resets], said_at, local)
    return {
        "id": signal.id,
        "version": signal.version,
        "verdict": signal.verdict,
        "confidence": signal.confidence,
        "words": _quoted(text, found),
        "reset": when,
        "safe": signal.safe,
    }
