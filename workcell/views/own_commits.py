"""The commits that a person made in their own checkout meanwhile; of a tree in which an agent works, none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workcell.base.errors import WorkcellError
from workcell.cleaning.clean import Cleaner
from workcell.git import checkout, repository, run_work
from workcell.rundir import lease

if TYPE_CHECKING:
    from workcell.rundir import schema

READ = 200
"""Maximum of commits that are counted."""


@dataclass(frozen=True)
class OwnCommits:
    """Commits of one checkout."""

    top: str
    branch: str | None
    commits: list[checkout.Commit]
    """The newest first."""
    trouble: str | None
    """Why they could not be read."""


def own_commits(
    home: str, directory: str, since: float, most: int, runs: Iterable[schema.Status]
) -> tuple[OwnCommits | None, int]:
    """(the commits of the checkout around `directory` since that epoch time, how many more there are).

    None where there is no checkout, and where it is or was the tree of an agent: `runs` tells of those, and so does the
    lease of the tree. Of such a tree GitPython is not asked.
    """
    try:
        found = repository.find(directory)
    except WorkcellError:
        return None, 0
    if found is None or found.bare or _of_an_agent(home, found, runs):
        return None, 0
    clean = Cleaner()
    branch = clean.line(found.branch) if found.branch else None
    try:
        listed = checkout.commits(found.top, since, READ)
    except WorkcellError as error:
        return OwnCommits(clean.line(found.top), branch, [], clean.line(error.message)), 0
    shown = [replace(one, subject=clean.line(one.subject), author=clean.line(one.author)) for one in listed[:most]]
    return OwnCommits(clean.line(found.top), branch, shown, None), len(listed) - len(shown)


def _of_an_agent(home: str, tree: repository.Tree, runs: Iterable[schema.Status]) -> bool:
    if (tree.branch or "").startswith(run_work.BRANCHES) or lease.holder(home, tree.top) is not None:
        return True
    top = os.path.realpath(tree.top)
    return any(os.path.realpath(run["workspace"]) == top for run in runs if run["workspace"])
