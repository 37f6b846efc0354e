"""Keeps why the last tick failed, for `ls`, `status` and `doctor`: no person reads what a timer's command prints."""

import os

from workcell.base import clock, json_codec
from workcell.base.errors import WorkcellError
from workcell.rundir import heartbeat, layout, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

CONFIG_CURE, CURE = "workcell config lint", "workcell watchdog tick"

LONGEST = 500
"""Maximum characters of the words that are kept."""


def note(home: str, error: Exception) -> None:
    """Keep why a tick failed. A disk that refuses it changes nothing: the tick has failed already."""
    known = isinstance(error, WorkcellError)
    words = error.message if isinstance(error, WorkcellError) else f"{type(error).__name__}: {error}"
    words = " ".join(words.split())[:LONGEST]
    failed: schema.TickFailed = {
        "schema": "workcell.file.tick-failed/1",
        "at": clock.stamp(),
        "error": words,
        "cure": CONFIG_CURE if known and layout.CONFIG in words else CURE,
    }
    try:
        seal.replace(heartbeat.directory(home), heartbeat.FAILED, json_codec.encode_line(failed))
    except OSError:
        pass


def forget(home: str) -> None:
    """A tick went well. What cannot be removed stays, and the next tick tries again."""
    try:
        os.unlink(os.path.join(heartbeat.directory(home), heartbeat.FAILED))
    except OSError:
        pass
