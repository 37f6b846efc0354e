"""Events as lines to read: the time, what happened, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.faces.cli import out

if TYPE_CHECKING:
    from workcell.rundir import schema

OWN_PLACE = {"run", "n", "at", "observed_at", "created_at", "type", "kind", "attempt", "id", "time", "text"}
"""Keys that a line shows in a place of their own, or that are for programs."""

FOR_PROGRAMS = {
    "source",
    "agent",
    "parent",
    "agent_time",
    "turn",
    "confidence",
    "ref",
    "evidence",
    "call",
    "input",
    "hook",
    "session",
    "side",
}
"""Keys that say where an event was read."""

SAY_ENOUGH = {"how", "message_kind", "outcome", "reason", "why"}
"""Keys whose values are read without their names."""

HOW = {"reaped": "by itself", "vanished": "its end was not seen", "not-started": "it did not start"}
"""Words for those ends of an attempt whose names say little."""

LONGEST = 400
"""Maximum characters of a text that is shown."""


class Lines:
    """Makes the lines of one event after the other; a heading stands where another attempt or day begins.

    With `with_run` the heading names the run, too: the events are of several.
    """

    def __init__(self, *, with_run: bool = False) -> None:
        self._heading = ""
        self._with_run = with_run

    def of(self, event: schema.Event, width: int) -> Iterator[str]:
        """The lines of an event, each of at most `width` columns, the heading before it where there is one."""
        fields: Mapping[str, Any] = event
        moment = time.localtime(clock.parse(event["at"]))
        attempt = f"attempt {fields['attempt']}, " if fields.get("attempt") else ""
        run = f"{fields['run']}, " if self._with_run else ""
        heading = f"{run}{attempt}{time.strftime('%Y-%m-%d', moment)}"
        if heading != self._heading:
            self._heading = heading
            yield from (out.paint(line, "1") for line in out.hanging("", heading, width))
        happened = event["type"].replace(".", " ").replace("-", " ")
        first = f"{time.strftime('%H:%M:%S', moment)}  {happened:<18} "
        yield from out.hanging(first, _told(fields), width)


def _told(fields: Mapping[str, Any]) -> str:
    """What the event tells, without what is only for programs."""
    text = " ".join(str(fields.get("text") or "").split())
    data = fields.get("data")
    more = {**fields, **(data if isinstance(data, dict) else {})}
    if text:
        more.pop("tool", None)  # the text begins with it
    words = {key: word for key, value in more.items() if (word := _word(key, value))}
    parts = [word if key in SAY_ENOUGH else f"{key.replace('_', ' ')} {word}" for key, word in words.items()]
    shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return " · ".join(part for part in (shown, ", ".join(parts)) if part)


def _word(key: str, value: object) -> str:
    """The value in a word; empty where there is nothing to say."""
    if key in OWN_PLACE or key in FOR_PROGRAMS or value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if not isinstance(one, dict))
    return HOW.get(str(value), str(value)) if key == "how" else str(value)


def words(event: Mapping[str, Any]) -> str:
    """What an event tells beside its time, its run and its type."""
    return _told(
        {key: value for key, value in event.items() if key not in ("run", "kind", "observed_at", "created_at")}
    )
