"""What an attempt comes to in short, as its files have it: summary.json and analysis.json, each read alone.

The agent can write to both. What is not of our form is not there, and a caller masks what it shows.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from workcell.base import clock, json_codec
from workcell.rundir import layout, safe_open, vocabulary

if TYPE_CHECKING:
    from workcell.cleaning.clean import Cleaner
    from workcell.rundir import schema

SUMMARY: Final = "workcell.file.summary/1"
ANALYSIS: Final = "workcell.file.analysis/1"
MOST_TOPICS = 5
"""Maximum number of topics."""
LONGEST = 240
"""Maximum characters of a summary."""
_MOST_FILE = 1 << 16


def any_of(directory: str) -> bool:
    """Whether an attempt has one of them: what masks them reads more files than they are."""
    return any(os.path.lexists(os.path.join(directory, name)) for name in (layout.SUMMARY, layout.ANALYSIS))


def summary(directory: str) -> schema.Summary | None:
    """summary.json of an attempt; None where there is none of our form."""
    found = _read(directory, layout.SUMMARY, SUMMARY)
    if found is None:
        return None
    try:
        sound = isinstance(found["calls"], int) and isinstance(found["failed"], int) and isinstance(found["of"], str)
        sound = sound and all(isinstance(found[key], str | None) for key in ("text", "by"))
        clock.parse(found["asked_at"])
    except (ValueError, KeyError, TypeError):
        return None
    return found if sound else None


def analysis(directory: str, cleaner: Cleaner) -> schema.Analysis | None:
    """analysis.json of an attempt, masked and cut to its limits; None where there is none of our form."""
    found = _read(directory, layout.ANALYSIS, ANALYSIS)
    if found is None:
        return None
    summed = found.get("summary")
    topics = found.get("topics")
    category = found.get("category")
    if not isinstance(found.get("title"), str) or not isinstance(topics, list) or not isinstance(summed, str | None):
        return None
    return {
        "schema": ANALYSIS,
        "at": str(found.get("at")),
        "title": cleaner.line(found["title"])[:LONGEST],
        "summary": None if summed is None else cleaner.line(summed)[:LONGEST],
        "topics": [cleaner.line(one)[:LONGEST] for one in topics if isinstance(one, str)][:MOST_TOPICS],
        "category": category if category in vocabulary.CATEGORIES else "unknown",
    }


def summary_text(directory: str, cleaner: Cleaner) -> str | None:
    """What was said of the last turns, masked: summary.json, else the summary of analysis.json; None without one."""
    asked = summary(directory)
    if asked is not None and asked["text"]:
        return cleaner.line(asked["text"])[:LONGEST]
    over = analysis(directory, cleaner)
    return over["summary"] if over is not None else None


def _read(directory: str, name: str, schema_name: str) -> Any:
    try:
        found = json_codec.decode(safe_open.read(os.path.join(directory, name), _MOST_FILE) or b"")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("schema") == schema_name else None
