"""The end of an attempt as the steps of a playbook see it, and what they decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workcell.judgement.verdict import Verdict
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import Risk
    from workcell.rundir.schema.proposals import ProposedAct, ProposedPlaybook


class Hold(NamedTuple):
    """A pause that a playbook asks for. `until_at` is an epoch time, or None for a hold that no time ends."""

    scope: schema.HoldScope
    """run or account"""
    until: schema.HoldEnd
    """resets, person or probe"""
    until_at: float | None


class Notice(NamedTuple):
    """A notice for a person. `text` is None where the reason of the end says enough."""

    needs: bool
    escalates: bool
    text: str | None


class HoldWanted(TypedDict):
    """A hold that is put, see `Hold`."""

    scope: schema.HoldScope
    until: schema.HoldEnd
    until_at: float | None


class NoticeWanted(TypedDict):
    """A notice that a step asks for, see `Notice`."""

    needs: bool
    escalates: bool
    text: str | None


class ProposalWanted(TypedDict):
    """Acts that a person is asked for."""

    text: str
    """What is recommended, in one line."""
    acts: Sequence[ProposedAct]
    risk: Risk
    cause: NotRequired[str]
    """The end about which they are; absent while the steps are read."""
    playbook: NotRequired[ProposedPlaybook]
    """Absent until the decision is made."""


class Ending:
    """An attempt that has ended. Steps read the first part and change the second one; nothing is done yet."""

    def __init__(self, verdict: Verdict, now: float, spread: float) -> None:
        self.verdict = verdict
        self.now = now
        """Epoch seconds."""
        self.spread = spread
        """From 0 to 1, always the same for the same attempt: where in a span of time this run wakes."""

        self.not_before = now
        """The epoch time before which the next attempt is not opened."""
        self.how: schema.Continuation | None = None
        """How the next attempt begins: native or artifacts. None: there is none."""
        self.holds: list[Hold] = []
        self.releases: list[str] = []
        """Scopes, run or account, of the holds that are let go at once."""
        self.notices: list[Notice] = []
        self.snapshot = False
        """Whether the tree is kept as it is."""
        self.proposal: ProposalWanted | None = None
        """What a person is asked for. The run is over then, whatever else the steps say."""

    def wait(self, until: float) -> None:
        """Open no attempt before the epoch time `until`; the latest of several waits counts."""
        self.not_before = max(self.not_before, until)
