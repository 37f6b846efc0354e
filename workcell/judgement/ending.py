"""The end of an attempt as the steps of a playbook see it, and what they decide about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.judgement.verdict import Verdict
    from workcell.rundir import schema


@dataclass(frozen=True)
class Hold:
    """A pause that a playbook asks for. `until_at` is an epoch time, or None for a hold that no time ends."""

    scope: schema.HoldScope
    """run or account"""
    until: schema.HoldEnd
    """resets, person or probe"""
    until_at: float | None


@dataclass(frozen=True)
class Notice:
    """A notice for a person. `text` is None where the reason of the end says enough."""

    needs: bool
    escalates: bool
    text: str | None


@dataclass
class Ending:
    """An attempt that has ended. Steps read the first part and change the second one; nothing is done yet."""

    verdict: Verdict
    now: float
    """Epoch seconds."""
    spread: float
    """From 0 to 1, always the same for the same attempt: where in a span of time this run wakes."""

    not_before: float = field(init=False)
    """The epoch time before which the next attempt is not opened."""
    how: schema.Continuation | None = None
    """How the next attempt begins: native or artifacts. None: there is none."""
    holds: list[Hold] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    """Scopes, run or account, of the holds that are let go at once."""
    notices: list[Notice] = field(default_factory=list)
    snapshot: bool = False
    """Whether the tree is kept as it is."""

    def __post_init__(self) -> None:
        self.not_before = self.now

    def wait(self, until: float) -> None:
        """Open no attempt before the epoch time `until`; the latest of several waits counts."""
        self.not_before = max(self.not_before, until)
