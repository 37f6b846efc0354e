"""Items of evidence: each has its source, what it says, how sure it is, when, and the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from workcell.rundir.vocabulary import EVIDENCE_SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from workcell.judgement.reset import Reset
    from workcell.judgement.screen import Prompt
    from workcell.rundir import schema


class More(TypedDict, total=False):
    """The keys of an item beside the common ones; None is left out."""

    deadline: str | None
    """Until when the agent tries again by itself."""
    until: str | None
    """When the limit resets."""
    frame: str | None
    """Name of the frame of the screen."""
    file: str | None
    """Name of the record."""
    kind: str | None
    """Kind of the record: stream, transcript or hook."""
    final: bool | None
    """Whether the agent itself said that its turn is over."""
    failed: bool | None
    """Whether it said that the turn failed."""
    signals: list[str] | None
    """`id/version` of the signals that fired."""
    reset: Reset | None
    """When the limit ends, as the words or the record tell."""
    waits: str | None
    """In its words, that the program goes on by itself when the limit ends."""
    exit: int | None
    """Exit code."""
    retrying: bool | None
    """Whether the program tries the request again by itself."""
    prompt: Prompt | None
    """The dialog that is up."""


if TYPE_CHECKING:

    class Claim(schema.EvidenceItem, TypedDict, total=False):
        """What one source claims of the end or the standstill of an attempt, with the facts that it rests on."""

        signals: list[str]
        reset: Reset
        waits: str
        exit: int
        retrying: bool
        prompt: Prompt


SURE = 0.8
"""Confidence from which on an item may decide by its rank alone; below, a surer item of lower rank goes first."""


def item(
    source: schema.EvidenceSource,
    says: str,
    confidence: float,
    words: str,
    time: str | None = None,
    **more: Unpack[More],
) -> Claim:
    """An item of evidence; `says` is an activity or a verdict, `time` an RFC 3339 stamp, `confidence` from 0 to 1."""
    made: Claim = {
        "source": source,
        "rank": EVIDENCE_SOURCES.index(source) + 1,
        "time": time,
        "says": says,
        "confidence": round(min(1.0, max(0.0, confidence)), 3),
        "words": words,
    }
    made.update({key: value for key, value in more.items() if value is not None})  # type: ignore[typeddict-item]
    return made


def ordered(items: Sequence[schema.EvidenceItem]) -> list[schema.EvidenceItem]:
    """The items in the order in which they may decide: the sure ones by rank, then the rest by confidence and rank."""

    def place(one: schema.EvidenceItem) -> tuple[int, float, float]:
        if one["confidence"] >= SURE:
            return (0, one["rank"], -one["confidence"])
        return (1, -one["confidence"], one["rank"])

    return sorted(items, key=place)
