"""doctor --capture: whether the records of each run's agent are read and known, a line for each run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workcell.base import clock
from workcell.evidence.capture_health import CaptureHealth
from workcell.upkeep.doctor_line import OK, WARN, Line

LATE = 120.0
"""Seconds of lag from which on it is told with a cure: a watchdog reads on each minute."""


def lines(found: Iterable[CaptureHealth], now: float) -> Iterator[Line]:
    """A line for each run; one line where there is no run."""
    none = True
    for one in found:
        none = False
        yield _line(one, now)
    if none:
        yield Line("capture", OK, "no run is live or ended in the last day")


def _line(one: CaptureHealth, now: float) -> Line:
    name = f"{one.name or one.run}"
    if one.trouble is not None:
        return Line(name, WARN, f"its records cannot be read: {one.trouble}", "workcell recipe lint")
    if not one.on:
        return Line(name, OK, f"{one.reader}: capture is off in its recipe")
    if one.reader == "none":
        return Line(name, OK, "its recipe names no reader: nothing is captured")
    words = f"{one.reader}: {_progress(one, now)}"
    if one.unknown or one.unreadable:
        return Line(name, WARN, f"{words}, {_drift(one)}", f"workcell events {one.run} --kind raw")
    if one.lag_seconds > LATE:
        return Line(name, WARN, words, f"workcell status {one.run}")
    return Line(name, OK, words)


def _progress(one: CaptureHealth, now: float) -> str:
    if one.read_at is None:
        return "nothing was read yet"
    words = f"last read {clock.span(max(0.0, now - clock.parse(one.read_at)))} ago"
    event = _epoch(one.last_event)
    words += f", last event {clock.span(max(0.0, now - event))} ago" if event is not None else ", no event has a time"
    if not one.behind_bytes:
        return f"{words}, nothing waits"
    return f"{words}, {one.behind_bytes:,} bytes wait, {clock.span(one.lag_seconds)} late"


def _drift(one: CaptureHealth) -> str:
    count = sum(one.unknown.values())
    parts = []
    if count:
        kinds = sorted(one.unknown, key=lambda kind: -one.unknown[kind])
        more = f" and {len(kinds) - 3} more kinds" if len(kinds) > 3 else ""
        parts.append(f"{_counted(count, 'record')} of an unknown kind ({', '.join(kinds[:3])}{more})")
    if one.unreadable:
        parts.append(f"{_counted(one.unreadable, 'line')} without JSON")
    return ", ".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _epoch(stamp: str | None) -> float | None:
    try:
        return clock.parse(stamp) if stamp else None
    except ValueError:
        return None  # the agent's own words
