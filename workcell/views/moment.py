"""A moment of an attempt, as a person names it: a time of day, a date with a time, or so long after its start."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import NotFound, Usage
from workcell.rundir import look
from workcell.texts import fields

FORMS = "14:05, 14:05:30, '2026-11-20 14:05', 2026-11-20T13:05:00.000Z or +12m, which is after its start"
DAY = 86400
MINUTE = 60.0

_CLOCKS = ("%H:%M:%S", "%H:%M")
_DATES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Moment:
    attempt: int
    after: float
    """Seconds after the attempt was started."""
    stamp: str
    """The same, RFC 3339 in UTC."""


@dataclass(frozen=True)
class _Span:
    """When an attempt ran, in epoch seconds."""

    began: float
    ended: float


def find(seen: look.Look, attempts: Iterable[int], word: str, now: float) -> Moment:
    """The moment that a word means in the first of these attempts that ran then.

    Raises Usage for what is no moment, NotFound for one at which none of them ran.
    """
    spans = {n: span for n in attempts if (span := _span(seen, n, now)) is not None}
    for n, span in spans.items():
        at = _seconds(word, span)
        if span.began - MINUTE < at <= span.ended + MINUTE:
            at = min(max(at, span.began), span.ended)
            return Moment(n, at - span.began, clock.stamp(at))
    if not spans:
        raise NotFound(f"{seen.id} has not been started", f"workcell status {seen.id}")
    ran = "; ".join(
        f"attempt {n} ran from {clock.local(span.began)} to {clock.local(span.ended)}" for n, span in spans.items()
    )
    raise NotFound(f"nothing ran at {word!r}: {ran}", f"workcell screen {seen.id}")


def _span(seen: look.Look, n: int, now: float) -> _Span | None:
    sealed = look.Sealed(seen, n)
    try:
        began = clock.parse(sealed.start["started_at"]) if sealed.start else None
        ended = clock.parse(sealed.exit["ended_at"]) if sealed.exit else now
    except (KeyError, ValueError):
        return None
    return None if began is None else _Span(began, max(began, ended))


def _seconds(word: str, span: _Span) -> float:
    """Epoch seconds of a word; a time of day is the last such one before the attempt ended."""
    if word.startswith("+"):
        after = 0.0 if word[1:].rstrip("hms") == "0" else fields.parse_duration(word[1:])
        if after is not None:
            return span.began + after
    for form in (*_DATES, *_CLOCKS):
        try:
            found = time.strptime(word, form)
        except ValueError:
            continue
        if form in _DATES:
            return _local(found, found)
        day = time.localtime(span.ended)
        at = _local(day, found)
        return at if at <= span.ended else _local(time.localtime(span.ended - DAY), found)
    try:
        return clock.parse(word)
    except ValueError:
        raise Usage(f"{word!r} is no moment", f"write it like {FORMS}") from None


def _local(day: time.struct_time, of_day: time.struct_time) -> float:
    """Epoch seconds of a time of day on that day, in the zone of this machine."""
    fields_of = (*day[:3], *of_day[3:6], 0, 0, -1)
    return time.mktime(time.struct_time(fields_of))
