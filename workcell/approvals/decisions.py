"""approvals log: what rules decided, from the journal of the home, the newest last."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import journal
from workcell.cleaning import run_cleaner
from workcell.rundir import find, layout
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema

USUAL = 50
"""Decisions that are shown without being asked for more."""


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """Only the decisions about this run: an id, a name, a unique prefix, a path, or `-` for the newest run."""
    last: int = USUAL
    """How many of them, the newest."""


@dataclass(frozen=True)
class Decision:
    """One decision."""

    at: str
    run: str
    """Id of the run."""
    attempt: int
    words: str
    """The exact command, or the tool and its files."""
    answer: str
    """What the rule says: allow, deny or ask."""
    told: str
    """What the program was told."""
    heard: bool
    """Whether it was told. False: what decided was killed before, or just then."""
    risk: str
    rule: str | None
    """File and line of the rule."""
    why: str | None


@dataclass(frozen=True)
class Result:
    decisions: list[Decision]
    """By time, the newest last."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `approvals log`. Raises what `find.run` raises."""
    wanted = os.path.basename(find.run(cell.home, request.run)) if request.run is not None else None
    lines = journal.read(cell.home)
    heard = {line["of"] for line in lines if "of" in line}
    found = [line for line in lines if "of" not in line and wanted in (None, line["run"])]
    return Result(
        [_of_line(cell.home, line, line["id"] in heard) for line in found[max(0, len(found) - request.last) :]]
    )


def _of_line(home: str, line: schema.ApprovalLine, heard: bool) -> Decision:
    run = os.path.join(home, layout.RUNS, line["run"])
    words = line.get("words") or line.get("tool") or "unknown"
    return Decision(
        line["at"],
        line["run"],
        line["attempt"],
        run_cleaner.of_run(run).line(words),
        line.get("answer") or "unknown",
        line.get("told") or "unknown",
        heard,
        line.get("risk") or "unknown",
        line.get("rule"),
        line.get("why"),
    )
