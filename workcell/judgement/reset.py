"""Computes when a limit ends: from an epoch, from seconds, or from words with or without their zone."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TypedDict
from zoneinfo import ZoneInfo

from workcell.base import clock

GRACE = 15 * 60.0
"""Seconds by which a time of day may be past and still mean the reset that has just come, not tomorrow's."""
FARTHEST = 35 * 86400.0
"""Maximum seconds to a reset: the longest window seen is a month, so a later time was misread and is cut."""


class Reset(TypedDict):
    """When a limit ends."""

    at: float
    """In epoch seconds."""
    resets_at: str
    """The same as RFC 3339 in UTC."""
    zone: str
    """Name of the zone that the words were in."""
    zone_assumed: bool
    """Whether the words named no zone."""
    clamped: bool
    """Whether the time was cut to FARTHEST, or to the moment of the words."""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ABBREVIATED = {
    "PT": "America/Los_Angeles",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "MT": "America/Denver",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "CT": "America/Chicago",
    "CDT": "America/Chicago",
    "ET": "America/New_York",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin",
    "BST": "Europe/London",
    "JST": "Asia/Tokyo",
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::\d{2})?\s*(?P<half>[ap]\.?m\b\.?)?(?![\d:])",
    re.I,
)
_DATE = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}})\b)?", re.I)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?")
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b", re.I)
_NEAR = re.compile(r"\b(today|tomorrow|midnight|noon)\b", re.I)
_UNIT = re.compile(
    r"(\d+(?:\.\d+)?)\s*(weeks?|w|days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m|seconds?|secs?|sec|s)(?![a-z])",
    re.I,
)
_SPAN = re.compile(rf"^(?:in\s+|after\s+|~\s*)?(?:{_UNIT.pattern}[,\s]*(?:and\s+)?)+$", re.I)
_EPOCH = re.compile(r"^\D{0,3}(\d{10}|\d{13})\D?$")
_ZONED = re.compile(
    r"\(([A-Za-z][A-Za-z0-9_+/:-]{0,40})\)"
    r"|\b(UTC|GMT)(?:\s*([+-]\d{1,2})(?::?(\d{2}))?)?\b|([A-Z]{2,4})$"
)
_SECONDS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


def epoch(value: float, said_at: float) -> Reset:
    """From epoch seconds (or milliseconds) in a record written at `said_at`."""
    seconds = value / 1000 if value > 1e11 else float(value)
    return _reset(seconds, said_at, "UTC", False)


def after(seconds: float, said_at: float) -> Reset:
    """From a number of seconds, as in `retry-after`."""
    return _reset(said_at + max(0.0, min(seconds, 10 * FARTHEST)), said_at, "UTC", False)


def parse(words: str, said_at: float, local: tzinfo | None = None) -> Reset | None:
    """The reset time in words like `7:30am (UTC)`, `Nov 22nd, 2026 12:55 PM`, `tomorrow at 7`, `in 1h 59m`.

    `said_at` (epoch) is when the words were written: a time of day is its next coming after that. Words
    without a zone are in `local` time, as Codex writes them. A minute that the clock skips is taken an hour
    later, one that comes twice is the second: too early costs a refused request, too late only time.
    None when the words hold no time.
    """
    text = " ".join(words.split()).strip(" .·|")[:200]
    found = _EPOCH.match(text)
    if found:
        return epoch(float(found[1]), said_at)
    if _SPAN.match(text):
        total = sum(float(n) * _SECONDS[unit[0].lower()] for n, unit in _UNIT.findall(text))
        return after(total, said_at)
    zone, name, rest = _zone(text)
    iso = _ISO.search(text)
    if iso and iso[7]:
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{iso[7].replace('Z', '+00:00')}").tzinfo
        name = str(zone)
    assumed = zone is None
    try:
        at = _calendar(rest, said_at, zone or local or UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if at is None:
        return None
    return _reset(at, said_at, name or (str(local) if local else "UTC"), assumed)


def _reset(at: float, said_at: float, zone: str, assumed: bool) -> Reset:
    cut = min(max(at, said_at), said_at + FARTHEST)
    return {
        "at": cut,
        "resets_at": clock.stamp(cut),
        "zone": zone,
        "zone_assumed": assumed,
        "clamped": cut != at,
    }


def _zone(text: str) -> tuple[tzinfo | None, str | None, str]:
    """The zone named in the words, its name, and the words without it."""
    for found in _ZONED.finditer(text):
        name = found[1] or found[2] or found[5]
        hours = int(found[3] or 0)
        minutes = int(found[4] or 0)
        if abs(hours) > 14 or minutes > 59:
            continue
        zone = _known(name)
        if zone is None:
            continue
        if hours or minutes:
            zone = timezone(timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes))
        return zone, str(zone), (text[: found.start()] + " " + text[found.end() :]).strip()
    return None, None, text


def _known(name: str) -> tzinfo | None:
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    try:
        return ZoneInfo(_ABBREVIATED.get(name.upper(), name))
    except (ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _calendar(text: str, said_at: float, zone: tzinfo) -> float | None:
    today = datetime.fromtimestamp(said_at, zone).date()
    iso = _ISO.search(text)
    if iso:
        day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        if iso[7]:
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{iso[7].replace('Z', '+00:00')}").tzinfo or zone
        return _at(day, int(iso[4] or 0), int(iso[5] or 0), zone, int(iso[6] or 0))
    dated = _DATE.search(text)
    rest = text[: dated.start()] + " " + text[dated.end() :] if dated else text
    clocked = _clock(rest)
    if dated:
        hour, minute = clocked or (0, 0)
        return _dated(dated, hour, minute, said_at, today, zone)
    near, weekday = _NEAR.search(text), _WEEKDAY.search(text)
    if near and near[1].lower() == "tomorrow":
        hour, minute = clocked or (0, 0)
        return _at(today + timedelta(days=1), hour, minute, zone)
    if weekday:
        hour, minute = clocked or (0, 0)
        ahead = (_DAYS.index(weekday[1][:3].lower()) - today.weekday()) % 7
        return _coming([today + timedelta(days=ahead + extra) for extra in (0, 7)], hour, minute, said_at, zone)
    if clocked is None:
        return None
    days = [today + timedelta(days=extra) for extra in (-1, 0, 1, 2)]
    return _coming(days, *clocked, said_at, zone)


def _clock(text: str) -> tuple[int, int] | None:
    near = _NEAR.search(text)
    if near and near[1].lower() in ("midnight", "noon"):
        return (0, 0) if near[1].lower() == "midnight" else (12, 0)
    for found in _TIME.finditer(text):
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
        if not half and found["minute"] is None and not re.search(r"\bat\s*$", text[: found.start()]):
            continue  # a bare number is a time of day only after "at"
        if minute > 59 or (half and not 1 <= hour <= 12) or hour > 23:
            continue
        if half:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        return hour, minute
    return None


def _dated(found: "re.Match[str]", hour: int, minute: int, said_at: float, today: date, zone: tzinfo) -> float | None:
    month, day = _MONTHS.index(found["month"].lower()[:3]) + 1, int(found["day"])
    if found["year"]:
        return _at(date(int(found["year"]), month, day), hour, minute, zone)
    for year in (today.year, today.year + 1, today.year + 2, today.year + 3, today.year + 4):
        try:
            at = _at(date(year, month, day), hour, minute, zone)
        except ValueError:
            continue  # 29 February of another year
        if at >= said_at - 86400:
            return at
    return None


def _coming(days: list[date], hour: int, minute: int, said_at: float, zone: tzinfo) -> float | None:
    for day in days:
        at = _at(day, hour, minute, zone)
        if at >= said_at - GRACE:
            return at
    return None


def _at(day: date, hour: int, minute: int, zone: tzinfo, second: int = 0) -> float:
    wall = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    return max(wall.timestamp(), wall.replace(fold=1).timestamp())
