"""prompt: two numbers for a status bar: how many runs live, and how many need a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workcell.rundir import phase
from workcell.rundir.cell import Cell
from workcell.views import ls


@dataclass(frozen=True)
class Request:
    format: Literal["plain", "tmux", "starship"] = "plain"
    """For which status bar the text is written."""


@dataclass(frozen=True)
class Result:
    live: int
    """How many runs have a runner."""
    needs: int
    """How many runs and plans need a person."""
    text: str
    """Both in a few characters; empty when both are 0."""


_LIVE = (phase.STARTING, phase.RUNNING, phase.FINISHING)


def perform(cell: Cell, request: Request) -> Result:
    """The operation `prompt`. Looks as `ls` does."""
    found = ls.listed(cell.home, ls.Request(), cell.clock())
    live = sum(run["phase"] in _LIVE for run in found.runs)
    return Result(live, found.needing, _text(live, found.needing, request.format))


def _text(live: int, needs: int, shape: str) -> str:
    """`●3 !1`: three runs live, one needs a person; in tmux with its own colours."""
    parts = [f"●{live}"] if live else []
    if needs:
        parts.append(f"#[fg=magenta,bold]!{needs}#[default]" if shape == "tmux" else f"!{needs}")
    return " ".join(parts)
