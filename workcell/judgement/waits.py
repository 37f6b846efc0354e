"""How long automation waits: until a limit ends, and between tries."""

import hashlib
from collections.abc import Mapping
from typing import Any

from workcell.base import clock

FARTHEST = 8 * 86400.0
"""Maximum seconds to a reset: a week is the longest allowance of any plan seen, so a later one was misread."""

SPREAD = 120.0
"""Seconds over which the runs of one account wake after a reset, each at its own moment."""

MARGIN = 5.0
"""Seconds added to a reset time, which programs tell in whole minutes or seconds."""

UNKNOWN_RESET = 1800.0
"""Seconds to wait for a reset whose time is not known."""


def backoff(limits: Mapping[str, Any], before: int, spread: float) -> float:
    """Seconds to wait before the try that follows `before` tries of the same kind in a row."""
    rule = limits.get("backoff")
    if not rule or before == 0:
        return 0.0
    pause = min(float(rule["max"]), float(rule["first"]) * float(rule["factor"]) ** min(before - 1, 30))
    return pause * (1.0 - float(rule["jitter"]) * spread)


def share(text: str) -> float:
    """A number from 0 to 1 that is always the same for `text`: jitter that a repetition does not change."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") / 0xFFFFFFFF


def resets_at(verdict: Mapping[str, Any], now: float) -> float | None:
    """The epoch time at which the limit of a verdict ends, within FARTHEST; None when it is not known."""
    stamp = verdict.get("resets_at")
    if not stamp:
        return None
    try:
        return min(clock.parse(str(stamp)), now + FARTHEST)
    except ValueError:
        return None
