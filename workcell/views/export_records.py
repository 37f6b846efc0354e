"""An export as JSON lines: a head, every event of the conversation with its whole text, and what was taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workcell.base import json_codec
from workcell.cleaning.counted import Counted
from workcell.sessions.records import Piece, PlainLine
from workcell.terminal import printable
from workcell.views.export_forms import Head, Source, report

SCHEMA = "workcell.export/1"


def written(head: Head, sources: list[Source], clean: Counted) -> Iterator[str]:
    """The lines, each with its end."""
    yield _line(
        {
            "schema": SCHEMA,
            "kind": "export",
            head.what: head.id,
            "title": head.title,
            "facts": head.facts,
            "exported_at": head.exported_at,
            "redacted": head.redacted,
        }
    )
    for source in sources:
        place: dict[str, object] = {head.what: head.id}
        if source.attempt is not None:
            place["attempt"] = source.attempt
        if source.talk is None:
            for text in clean.lines(source.lines):
                yield _line({**place, "kind": "output", "text": text})
            continue
        reader = source.talk.reader()
        for chunk in source.talk.chunks():
            for piece in reader.read(chunk):
                yield _line({**place, **_piece(piece, clean)})
        for piece in reader.close():
            yield _line({**place, **_piece(piece, clean)})
    yield _line({"kind": "export.end", "taken_out": {one.kind: one.count for one in report(clean)}})


def _piece(piece: Piece, clean: Counted) -> dict[str, object]:
    if isinstance(piece, PlainLine):
        return {"kind": "output", "text": clean.text(piece.text)}
    session = piece.get("session")
    return {
        "kind": piece["type"],
        "created_at": piece["agent_time"],
        "id": piece["id"],
        "parent": piece.get("parent"),
        "source": piece["source"],
        "agent": piece.get("agent"),
        **({"session": session} if session else {}),
        "turn": piece["turn"],
        "text": clean.record(piece["text"]),
        "data": clean.record(piece["data"]),
        "ref": piece["ref"],
        "confidence": piece["confidence"],
    }


def _line(record: Mapping[str, object]) -> str:
    return printable.json_escaped(json_codec.encode_line(record).decode())
