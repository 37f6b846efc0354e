"""judge: the verdict on a run, or on a directory of what an agent left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.agents import registry
from workcell.base.errors import Usage
from workcell.cleaning import run_cleaner
from workcell.evidence import judge_directory, judge_run
from workcell.playbooks import library
from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from workcell.judgement.evidence import Claim


@dataclass(frozen=True)
class Request:
    """Either a run, or a directory (`source`) with the agent whose records are in it (`recipe`)."""

    run: str | None = None
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    recipe: str | None = None
    source: str | None = None
    """The path of a directory."""


@dataclass(frozen=True, kw_only=True)
class Result:
    verdict: str
    confidence: float
    """From 0 to 1."""
    evidence: list[Claim]
    """All claims, the one that decided first; some have more keys than these."""
    signals: list[str]
    """Signals of playbooks that fired."""
    judged: dict[str, Any]
    """Names of the files and screens that were looked at (`from`), and when."""
    resets_at: str | float | None = None
    """When a usage or rate limit ends, where that is known."""
    resets_zone: str | None = None
    prompt: dict[str, Any] | None = None
    """The dialog that is up."""
    waits_itself: bool = False
    """Whether the agent goes on by itself when the limit ends."""
    retrying: bool = False
    """Whether the agent tries again by itself."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `judge`. Raises Usage for neither or both of run and source, NotFound where there is none."""
    if (request.run is None) == (request.source is None):
        raise Usage("name a run, or a directory with --from", "workcell judge --recipe claude --from DIR")
    where = None
    if request.source is not None:
        if request.recipe is None:
            known = ", ".join(registry.names(cell.home))
            raise Usage("--from needs --recipe", f"--recipe NAME; agents: {known}")
        signals = library.signals(library.load(home=cell.home)[0])
        found = judge_directory.judge_directory(request.source, request.recipe, signals, render=log_reader.screen)
    else:
        where = find.run(cell.home, request.run or "")
        found = judge_run.judge_run(cell.home, where)
    return Result(**run_cleaner.of_run(where).record(found))
