"""export: the conversation of a run, or of a session, as one file, for a person or a program elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from workcell.base.errors import Usage
from workcell.cleaning.counted import Counted
from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.views import (
    export_forms,
    export_html,
    export_markdown,
    export_records,
    export_subjects,
    named_session,
)
from workcell.views.export_forms import Head, Source, TakenOut

PIECE = 1 << 16
"""Characters that are written at once."""

FormName = Literal["md", "html", "jsonl", "cast"]
FORMS: tuple[FormName, ...] = get_args(FormName)


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run; or a session, as `sessions` names it."""
    form: FormName = "md"
    """`md`, a text to read; `html`, a page in one file; `jsonl`, every event as a line of JSON; `cast`, an asciicast of
    version 2."""
    attempt: int | None = None
    """Only that attempt; else all of them in their order, or of a cast the current one."""
    raw: bool = False
    """With secrets and control characters, as they were recorded."""


@dataclass(frozen=True)
class Result:
    id: str
    """The id of the run, or of the session."""
    name: str | None
    """The name of the run, or the title of the session."""
    form: str
    attempts: list[int]
    """The attempts that were written; none of a session."""
    redacted: bool
    """Whether secrets were taken out."""
    size: int
    """Bytes that were written."""
    taken_out: list[TakenOut]
    """What was taken out, the most frequent first; never the values."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `export`: writes to `cell.output`. Looks only.

    Raises what `named_session.find_session` and `find.run` raise, Usage for a cell without an output, NotFound for an
    attempt that is not there, Refused for a cast of what cannot be played.
    """
    if cell.output is None:
        raise Usage("there is no output that takes an export here", "write it to a file: -o FILE")
    asked = export_subjects.Asked(request.attempt, request.raw, request.form == "cast")
    session = named_session.find_session(cell, request.run)
    if session is not None:
        what = export_subjects.of_session(cell, session, asked)
    else:
        what = export_subjects.of_run(cell, find.run(cell.home, request.run), asked)
    texts = what.cast() if request.form == "cast" else _texts(request.form, what.head, what.sources, what.clean)
    size = _write(cell.output, texts)
    return Result(
        id=what.id,
        name=what.name,
        form=request.form,
        attempts=what.attempts,
        redacted=not request.raw,
        size=size,
        taken_out=export_forms.report(what.clean),
    )


def _texts(form: FormName, head: Head, sources: list[Source], clean: Counted) -> Iterator[str]:
    if form == "jsonl":
        return export_records.written(head, sources, clean)
    made = export_html.Html() if form == "html" else export_markdown.Markdown()
    return export_forms.written(made, head, sources, clean)


def _write(output: int, texts: Iterator[str]) -> int:
    """Write all of it in large pieces; how many bytes that was."""
    held: list[str] = []
    waiting = size = 0
    for text in texts:
        held.append(text)
        waiting += len(text)
        if waiting >= PIECE:
            size += _put(output, "".join(held))
            held, waiting = [], 0
    return size + _put(output, "".join(held))


def _put(output: int, text: str) -> int:
    data = text.encode("utf-8", "replace")
    left = memoryview(data)
    while left:
        left = left[os.write(output, left) :]
    return len(data)
