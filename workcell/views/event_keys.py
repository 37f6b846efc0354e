"""The keys of an event as `events` prints it: those of the file, and the names that other programs expect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from workcell.base.errors import Usage
from workcell.rundir import vocabulary
from workcell.views import notes

if TYPE_CHECKING:
    from workcell.rundir import schema

    ShownEvent = schema.ShownEvent
else:
    ShownEvent = dict  # only fsck loads the types of records

KINDS = tuple(sorted({*vocabulary.AGENT_EVENTS, *vocabulary.RUN_EVENTS}))
"""Every kind that an event can have."""

NOTE = "note"
"""A kind of event that also means what `workcell note` keeps."""

_SOURCES = {"terminal": "pty", "inbox": "message"}
"""Words of a file, and of older ones, that are shown as those of `vocabulary.EVENT_SOURCES`."""


class Shown:
    """Makes events of one run ready to be shown, in the order of its file.

    An event between `turn.started` and `turn.completed` that names no turn gets the name of the one that is open in
    its attempt.
    """

    def __init__(self, run: str) -> None:
        self._run = run
        self._open: dict[object, str] = {}

    def of(self, event: schema.Event) -> ShownEvent:
        """The event with the keys that are added."""
        found: Any = {"run": self._run, **event}
        found["run"] = self._run  # whatever a program brought under that name
        if "kind" in event:
            found["message_kind"] = event["kind"]
        found["kind"] = event["type"]
        found["observed_at"] = event["at"]
        found["created_at"] = event.get("agent_time") or event.get("time")
        source = _source(event)
        if source is not None:
            found["source"] = source
        turn = self._turn(event)
        if turn is not None:
            found["turn"] = turn
        shown: ShownEvent = found
        return shown

    def _turn(self, event: schema.Event) -> str | None:
        kind, given, number = event["type"], event.get("turn"), event.get("attempt")
        # any process of the agent can write into the journal: what is of another type says nothing
        attempt = number if isinstance(number, int) else None
        turn = given if isinstance(given, str) else None
        if kind == "turn.started":
            self._open[attempt] = turn or str(event.get("id") or event["n"])
        elif kind in ("attempt.started", "attempt.ended"):
            self._open.pop(attempt, None)
        known = turn or self._open.get(attempt)
        if kind == "turn.completed":
            self._open.pop(attempt, None)
        return known


def _source(event: Mapping[str, Any]) -> str | None:
    """Where the event was read, in a word of the vocabulary; None where the file says nothing."""
    data = event.get("data")
    if event["type"] == "approval.resolved" and isinstance(data, dict) and data.get("through") == "terminal":
        return "input"
    source = event.get("source")
    return _SOURCES.get(source, source) if isinstance(source, str) else None


def fits(kinds: Collection[str], event: ShownEvent) -> bool:
    """Whether the event is of one of the kinds; none means all.

    A note of a person or an agent, an `annotation` that no program recorded, is a `note`, too.
    """
    if not kinds or event["type"] in kinds:
        return True
    return NOTE in kinds and event["type"] == notes.EVENT and "ref" not in event


def checked(words: Collection[str]) -> tuple[str, ...]:
    """The kinds that `words` name, each a kind or the beginning of several (`tool` for `tool.call` and `tool.result`).

    Raises Usage for a word that names none.
    """
    found: list[str] = []
    for word in words:
        fitting = [kind for kind in KINDS if kind == word or kind.startswith(f"{word}.")]
        if not fitting:
            raise Usage(f"{word!r} is no kind of event", f"kinds: {', '.join(KINDS)}")
        found += fitting
    return tuple(dict.fromkeys(found))
