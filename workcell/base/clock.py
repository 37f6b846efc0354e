"""Wall time as RFC 3339 UTC with milliseconds, and the monotonic clock that limits count on."""

import time

monotonic = time.monotonic  # CLOCK_MONOTONIC: one clock for all processes of a boot, stops in suspend


def stamp(seconds: "float | None" = None) -> str:
    """RFC 3339 in UTC with milliseconds, e.g. 2026-11-20T05:12:09.042Z; now unless `seconds` (epoch) is given."""
    if seconds is None:
        seconds = time.time()
    millis = round(seconds * 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(millis // 1000)) + f".{millis % 1000:03d}Z"


def parse(text: str) -> float:
    """Epoch seconds of a stamp written by `stamp`; ValueError for anything else."""
    if len(text) != 24 or text[4] != "-" or text[10] != "T" or text[19] != "." or text[23] != "Z":
        raise ValueError(f"not an RFC 3339 UTC time with milliseconds: {text!r}")
    year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second, millis = int(text[11:13]), int(text[14:16]), int(text[17:19]), int(text[20:23])
    # days from civil, after Howard Hinnant's derivation: no calendar module is loaded for one conversion
    y = year - (month <= 2)
    era = y // 400
    yoe = y - era * 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468
    return days * 86400 + hour * 3600 + minute * 60 + second + millis / 1000


def local(seconds: float) -> str:
    """The same moment for people: `14:05 CET` today, else `2026-11-20 14:05 CET`, in the zone of this machine or TZ."""
    there, today = time.localtime(seconds), time.localtime()
    return time.strftime("%H:%M %Z" if there[:3] == today[:3] else "%Y-%m-%d %H:%M %Z", there)


def span(seconds: float) -> str:
    """A duration for people: 0.4s, 12s, 3m 20s, 5h 01m, 2d 4h."""
    if seconds < 0:
        return "-" + span(-seconds)
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"
