"""What the agent of a run reported to have spent, attempt by attempt."""

from __future__ import annotations

from dataclasses import dataclass

from workcell.base import clock
from workcell.cleaning.clean import Cleaner
from workcell.evidence import usage
from workcell.rundir import layout, look


@dataclass(frozen=True)
class Spent:
    """What one attempt spent by itself."""

    attempt: int
    at: float
    """When the attempt ended, in epoch seconds; now for one that has not."""
    cost_usd: float | None
    """US dollars; None where the agent reported none."""
    tokens: dict[str, int]
    """By kind: `input`, `output`, `cache_read`, `cache_write`."""


def of_run(seen: look.Look, cleaner: Cleaner, now: float) -> list[Spent]:
    """What each attempt of the run spent, oldest first.

    An attempt that goes on with the conversation of the one before reports all of it; what was told is taken off.
    """
    found = []
    cost_before, tokens_before = 0.0, dict[str, int]()
    for n in range(1, seen.n + 1):
        sealed = look.Sealed(seen, n)
        told = usage.of(layout.attempt(seen.run, n), cleaner)
        cost = told["cost_usd"] if told else None
        tokens = (told["tokens"] if told else None) or {}
        if not (sealed.attempt is not None and sealed.attempt.get("native")):
            cost_before, tokens_before = 0.0, {}
        own = cost - cost_before if cost is not None and cost >= cost_before else cost
        found.append(Spent(n, _ended(sealed, now), own, _less(tokens, tokens_before)))
        cost_before, tokens_before = cost or cost_before, tokens or tokens_before
    return found


def _ended(sealed: look.Sealed, now: float) -> float:
    try:
        return clock.parse(sealed.exit["ended_at"]) if sealed.exit is not None else now
    except ValueError:
        return now


def _less(tokens: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """The tokens without those told before; all of them where any kind became less: it was another count."""
    if any(tokens.get(kind, 0) < number for kind, number in before.items()):
        return tokens
    return {kind: number - before.get(kind, 0) for kind, number in tokens.items()}


def total(spent: list[Spent]) -> tuple[float | None, dict[str, int]]:
    """(US dollars, tokens by kind) of several attempts; None where none reported a cost."""
    costs = [one.cost_usd for one in spent if one.cost_usd is not None]
    tokens: dict[str, int] = {}
    for one in spent:
        for kind, number in one.tokens.items():
            tokens[kind] = tokens.get(kind, 0) + number
    return (sum(costs) if costs else None), tokens
