"""The operation `handoff`: what the next pass reads, and whether it can work with it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from workcell.cleaning import run_cleaner
from workcell.finish import handoff
from workcell.rundir import find, layout, look, safe_open
from workcell.rundir.cell import Cell
from workcell.texts import compose


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    check: bool = False
    """Look for what the next pass could not work with."""


@dataclass(frozen=True)
class Result:
    id: str
    text: str
    problems: list[str]
    """What `--check` complains of; empty for a handoff that the next pass can work with."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `handoff`. Raises what `find.run` raises for a run that cannot be found."""
    return read(find.run(cell.home, request.run), check=request.check)


def read(run: str, *, check: bool = False) -> Result:
    """The handoff of the run as of now. Until an attempt has ended it is the one that it began with."""
    data = safe_open.read(os.path.join(look.at(run).directory, layout.HANDOFF), handoff.LARGEST)
    text = (data or b"").decode("utf-8", "replace")
    return Result(os.path.basename(run), run_cleaner.of_run(run).text(text), _problems(run, text) if check else [])


def _problems(run: str, text: str) -> list[str]:
    if not text:
        return ["there is no handoff yet: the first attempt has not ended"]
    seen = look.at(run)
    own = handoff.agent_words(seen.directory)
    if not own:
        return ["the agent left no handoff.md in its agent directory"]
    parts = compose.handoff_parts(own)
    return [
        f"the agent's handoff says nothing under {title!r}" for title in compose.HANDOFF_SECTIONS if title not in parts
    ]
