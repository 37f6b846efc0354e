"""How long automation waits: until a limit ends, and between tries."""

from typing import TypedDict

from workcell.base import clock, digest

FARTHEST = 8 * 86400.0
"""Maximum seconds to a reset: a week is the longest allowance of any plan seen, so a later one was misread."""

SPREAD = 120.0
"""Seconds over which the runs of one account wake after a reset, each at its own moment."""

MARGIN = 5.0
"""Seconds added to a reset time, which programs tell in whole minutes or seconds."""

UNKNOWN_RESET = 1800.0
"""Seconds to wait for a reset whose time is not known."""


class Backoff(TypedDict):
    """How the pause before another try grows."""

    first: float
    """Seconds before the second try."""
    factor: float
    """The pause grows by it with each try."""
    max: float
    """Maximum seconds."""
    jitter: float
    """Share of a pause, from 0 to 1, by which runs are spread."""


def backoff(rule: Backoff | None, before: int, spread: float) -> float:
    """Seconds to wait before the try that follows `before` tries of the same kind in a row; 0 without a rule.

    `spread`, from 0 to 1, says how much of the jitter is taken off.
    """
    if not rule or before == 0:
        return 0.0
    pause = min(rule["max"], rule["first"] * rule["factor"] ** min(before - 1, 30))
    return float(pause * (1.0 - rule["jitter"] * spread))


def share(text: str) -> float:
    """A number from 0 to 1 that is always the same for `text`: jitter that a repetition does not change."""
    return int.from_bytes(digest.blake2b(text.encode(), 4), "big") / 0xFFFFFFFF


def resets_at(stamp: str | None, now: float) -> float | None:
    """The epoch time of the `resets_at` of a verdict, within FARTHEST; None when it is not known."""
    if not stamp:
        return None
    try:
        return min(clock.parse(stamp), now + FARTHEST)
    except ValueError:
        return None
