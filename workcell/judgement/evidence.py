"""One item of evidence: who says what, how sure, when, in which words."""

from typing import Any

from workcell.rundir.vocabulary import EVIDENCE_SOURCES

Evidence = dict[str, Any]
"""{source, rank, time, says, confidence, words}, and what else the item tells (signal, file, frame)."""

SURE = 0.8
"""From here on a claim may decide by its rank alone; below, a surer witness of lower rank goes first."""


def item(source: str, says: str, confidence: float, words: str, time: str | None = None, **more: Any) -> Evidence:
    """An item; `source` is of EVIDENCE_SOURCES, `says` an activity or a verdict, `confidence` from 0 to 1."""
    return {
        "source": source,
        "rank": EVIDENCE_SOURCES.index(source) + 1,
        "time": time,
        "says": says,
        "confidence": round(min(1.0, max(0.0, confidence)), 3),
        "words": words,
        **{key: value for key, value in more.items() if value is not None},
    }


def ordered(items: "list[Evidence]") -> "list[Evidence]":
    """Those that may decide first: the sure ones by rank, then the rest by confidence and rank."""

    def place(one: Evidence) -> tuple[int, float, float]:
        if one["confidence"] >= SURE:
            return (0, one["rank"], -one["confidence"])
        return (1, -one["confidence"], one["rank"])

    return sorted(items, key=place)
