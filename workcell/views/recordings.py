"""What can be played of an attempt: its terminal, frame by frame, or its conversation, at the times of its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workcell.base import clock
from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.cleaning.counted import Counted
from workcell.rundir import layout, look
from workcell.sessions import conversation, frames, recording, story, turn_lines
from workcell.sessions.frames import Frame
from workcell.sessions.recording import Piece
from workcell.views import export_forms
from workcell.views.clean_frames import CleanFrames
from workcell.views.export_forms import Talk

COLUMNS, ROWS = 100, 30
"""Size of the terminal in which a conversation is told."""


class Recording:
    """What can be played of attempt `n`. Raises Refused where nothing says when it came.

    `taken` counts what was taken out of what was read.
    """

    def __init__(self, seen: look.Look, n: int) -> None:
        sealed = look.Sealed(seen, n)
        self._run, self._directory = seen.run, layout.attempt(seen.run, n)
        self.taken: Counter[str] = Counter()
        self.began = seconds(sealed.start.get("started_at") if sealed.start else None)
        """When it was started, in epoch seconds; None where that is not known."""
        attempt = sealed.attempt
        self.drawn = bool(attempt is not None and attempt.get("io") == "terminal")
        """Whether it has a terminal, and so frames; else lines."""
        self._talk = None
        if attempt is not None and self.drawn:
            self.columns, self.rows = attempt["terminal"]["columns"], attempt["terminal"]["rows"]
            if recording.exists(self._directory):
                return
        else:
            self.columns, self.rows = COLUMNS, ROWS
            self._talk = conversation.of_attempt(seen, n)
            if self._talk is not None:
                return
        why = (
            "its terminal was recorded without times" if self.drawn else "it has neither a terminal nor a conversation"
        )
        raise Refused(f"attempt {n} of {seen.id} cannot be played: {why}", f"workcell logs {seen.id} --attempt {n}")

    def pieces(self) -> Iterator[Piece]:
        """The bytes of the terminal as they came, secrets too."""
        return recording.pieces(self._directory)

    def frames(self, *, ahead: bool = True) -> Iterator[Frame]:
        """What the terminal showed, cleaned; `ahead` as in `CleanFrames`."""
        cleaned = CleanFrames(self._raw_frames, run_cleaner.values(self._run), ahead=ahead)
        self.taken = cleaned.taken
        yield from cleaned

    def _raw_frames(self) -> Iterator[Frame]:
        return frames.frames(self.pieces(), self.columns, self.rows)

    def lines(self, clean: Counted) -> Iterator[tuple[float, str]]:
        """(seconds after the first event, line) of a conversation, cleaned; an event without a time follows at once."""
        assert self._talk is not None
        return told(self._talk, clean)


def told(talk: Talk, clean: Counted) -> Iterator[tuple[float, str]]:
    """As `Recording.lines`, of any conversation."""
    first: float | None = None
    at = 0.0
    for part in export_forms.parts(talk):
        when = seconds(_stamp(part))
        if when is not None:
            first = when if first is None else first
            at = max(at, when - first)
        for line in turn_lines.told(story.masked(part, clean.text)):
            yield at, line


def _stamp(part: story.Part) -> str | None:
    return part.ended if isinstance(part, story.TurnEnd) else part.at


def seconds(stamp: str | None) -> float | None:
    """Epoch seconds of a stamp; None where there is none."""
    try:
        return clock.parse(stamp) if stamp else None
    except ValueError:
        return None  # the times are the agent's own, and may have any form
