"""An export as an asciicast of version 2: what the terminal showed, to be played by asciinema.

Redacted, it is drawn anew frame by frame; raw, it has the bytes of the program. What has no terminal is told as lines,
at the times of its events.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator

from workcell.sessions import frames
from workcell.sessions.frames import Frame
from workcell.sessions.recording import Piece
from workcell.views.export_forms import Head

IDLE = 2
"""Maximum seconds of a pause that a player shows; the file has the true times."""


def header(head: Head, columns: int, rows: int, began: float | None) -> str:
    """The first line."""
    record: dict[str, object] = {
        "version": 2,
        "width": columns,
        "height": rows,
        "title": head.title,
        "idle_time_limit": IDLE,
        "env": {"TERM": "xterm-256color"},
    }
    if began is not None:
        record["timestamp"] = int(began)
    return _json(record)


def drawn(shown: Iterable[Frame], columns: int, rows: int) -> Iterator[str]:
    """The lines of frames, each of which says what has changed; the terminal begins in that size."""
    before: Frame | None = None
    size = (columns, rows)
    for frame in shown:
        if (frame.columns, frame.rows) != size:
            size = (frame.columns, frame.rows)
            yield _event(frame.at, "r", f"{frame.columns}x{frame.rows}")
        yield _event(frame.at, "o", frames.change(before, frame))
        before = frame


def raw(pieces: Iterable[Piece]) -> Iterator[str]:
    """The lines of the program's own bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    at = 0.0
    for piece in pieces:
        at = piece.at
        if piece.size is not None:
            yield _event(at, "r", "{}x{}".format(*piece.size))
        text = decoder.decode(piece.data)
        if text:
            yield _event(at, "o", text)
    if rest := decoder.decode(b"", final=True):
        yield _event(at, "o", rest)


def told(lines: Iterable[tuple[float, str]]) -> Iterator[str]:
    """The lines of a conversation: (seconds after the start, line)."""
    for at, line in lines:
        yield _event(at, "o", line + "\r\n")


def _event(at: float, kind: str, text: str) -> str:
    return _json([round(at, 3), kind, text])


def _json(value: object) -> str:
    return json.dumps(value) + "\n"
