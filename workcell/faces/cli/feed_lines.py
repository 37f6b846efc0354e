"""One thing of the feed as lines to read: when, in which run or session, what."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.faces.cli import event_lines, out
from workcell.rundir import find
from workcell.sessions import known

if TYPE_CHECKING:
    from workcell.views.event_keys import ShownEvent

MARKS = {
    "approval.requested": ("!", "35"),
    "attempt.failed-to-start": ("✗", "31"),
    "error": ("✗", "31"),
    "limit": ("◷", "33"),
    "run.scheduled": ("◷", "33"),
    "run.tampered": ("✗", "31"),
    "attempt.started": ("●", "36"),
    "user.prompt": (">", "0"),
}
"""By type: a mark, and its colour."""
ENDS = {"passed": ("✓", "32"), "failed": ("✗", "31"), "tampered": ("✗", "31")}
"""By outcome of a run that ended."""
LONGEST = 240
"""Maximum characters of what one event says."""


def of(event: ShownEvent, width: int) -> Iterator[str]:
    """The lines of one event, each of at most `width` columns."""
    mark, code = MARKS.get(event["type"], ("·", "0"))
    if event["type"] == "run.ended":
        mark, code = ENDS.get(str(event.get("outcome")), ("■", "33"))
    moment = time.strftime("%H:%M", time.localtime(clock.parse(event["at"])))
    happened = event["type"].replace(".", " ").replace("-", " ")
    words = event_lines.words(event)
    text = f"{happened}: {words}" if words else happened
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    lines = out.hanging(f"{moment} {mark} ", f"{_name(event)}  {text}", width)
    for number, line in enumerate(lines):
        yield line.replace(mark, out.paint(mark, code), 1) if number == 0 and code != "0" else line


def _name(event: ShownEvent) -> str:
    """The name in the id of a run, `20261120-0512-fix-login-7f3a`; of a session as `show` takes it."""
    run = event["run"]
    if run is None:
        return f"{event.get('agent')}:{str(event.get('session'))[: known.LEAST]}"
    return run[find.MINUTE + 1 :].rpartition("-")[0] or run
