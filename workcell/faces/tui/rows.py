"""Which runs the list shows, and in which groups."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.faces.cli import out

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.views import ls

GROUPINGS = ("", "state", "repo")
"""What the list can be divided by; empty for one list without headings."""


@dataclass(frozen=True)
class View:
    """What a person chose to see."""

    words: str = ""
    """The filter: each of these words occurs in the name, id, label, state, group or repository of a run."""
    needs: bool = False
    """Only what needs a person."""
    by: str = ""
    """One of GROUPINGS."""

    def regrouped(self) -> View:
        """The same with the next of the groupings."""
        return View(self.words, self.needs, GROUPINGS[(GROUPINGS.index(self.by) + 1) % len(GROUPINGS)])


def grouped(runs: Sequence[schema.Status], view: View) -> list[tuple[str | None, list[schema.Status]]]:
    """The runs that the view leaves, under their headings; within each in the order in which they came.

    A run that needs a person comes first in that order, so the group of the first such run does, too.
    """
    words = view.words.casefold().split()
    left = [run for run in runs if (run["needs"] is not None or not view.needs) and _fits(run, words)]
    if not view.by:
        return [(None, left)] if left else []
    groups: dict[str, list[schema.Status]] = {}
    for run in left:
        groups.setdefault(_heading(run, view.by), []).append(run)
    return [(f"{heading} ({len(members)})", members) for heading, members in groups.items()]


def _fits(run: schema.Status, words: Sequence[str]) -> bool:
    told = [run["name"], run["id"], run["state"], run["repo"], run["group"], *(run["labels"] or ())]
    text = " ".join(one for one in told if one).casefold()
    return all(word in text for word in words)


def _heading(run: schema.Status, by: str) -> str:
    if by == "state":
        return str(run["state"])
    repo = run["repo"] or run["workspace"]
    return out.safe(os.path.basename(repo.rstrip("/")) or repo) if repo else "no repository"


def needing(runs: Sequence[schema.Status]) -> int:
    """How many of the runs need a person."""
    return sum(run["needs"] is not None for run in runs)


def needed(found: ls.Result) -> list[str]:
    """How many runs and plans need a person, and the command for the first of the plans."""
    number = needing(found.runs) + len(found.plans)
    words = [f"{number} {'needs' if number == 1 else 'need'} you"] if number else []
    return words + [f"plan {one.name}: {one.needs['command']}" for one in found.plans[:1]]


def named(run: schema.Status) -> str:
    """What a question calls a run: its name, where it has one, and its id."""
    return f"{out.safe(run['name'])} ({run['id']})" if run["name"] else str(run["id"])
