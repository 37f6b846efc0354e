"""analysis.json of an attempt that ends its run: what the run was about, in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import clock, json_codec
from workcell.cleaning.clean import Cleaner
from workcell.rundir import events, layout, look, seal, start_place
from workcell.sessions import analysis, conversation, short_records

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.sessions.turns import Turn

TURNS = 50
"""Number of the last turns that are looked at."""


def write(seen: look.Look, cleaner: Cleaner, journal: events.Journal) -> None:
    """Write the analysis of the current attempt; one that stands is replaced, with the same content.

    No record of an agent keeps a run from its end: where one cannot be read, the event `capture.failed` says so.
    """
    try:
        made = _of(seen, cleaner)
    except OSError:
        raise
    except Exception as error:
        journal.append("capture.failed", error=f"{type(error).__name__}: {error}"[:300])
        return
    if made is not None:
        seal.replace(seen.directory, layout.ANALYSIS, json_codec.encode(made))


def _of(seen: look.Look, cleaner: Cleaner) -> schema.Analysis | None:
    if seen.attempt is None:
        return None
    turns = _turns(seen)
    title = analysis.title_of(cleaner.mask(seen.objective or ""), turns)
    files = analysis.changed_files(turns, start_place.path(seen.attempt))
    asked = short_records.summary(seen.directory)
    said = asked["text"] if asked and asked["text"] else analysis.summary_of(turns)
    return {
        "schema": short_records.ANALYSIS,
        "at": clock.stamp(),
        "title": cleaner.line(title),
        "summary": cleaner.line(said) if said else None,
        "topics": [cleaner.line(topic) for topic in analysis.topics_of(files, title)],
        "category": analysis.category_of(files, title),
    }


def _turns(seen: look.Look) -> list[Turn]:
    talk = conversation.of_attempt(seen, seen.n)
    return talk.last_turns(TURNS).turns.closed() if talk is not None else []
