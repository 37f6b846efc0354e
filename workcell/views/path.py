"""path: where a run works, for `cd "$(workcell path RUN)"`."""

import os
from dataclasses import dataclass

from workcell.base.errors import Invalid, NotFound
from workcell.git import run_work
from workcell.rundir import look
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    run_dir: bool = False
    """The directory of the run's records in place of its working tree."""


@dataclass(frozen=True)
class Result:
    id: str
    path: str
    """The directory, as an absolute path; it is there."""
    own: bool
    """Whether the tree was made for this run; false for the directory of its records."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `path`. NotFound for a tree that is gone; its cure shows what is left of the work."""
    path = run_work.found(cell.home, request.run, cell.directory)
    seen = look.at(path)
    if request.run_dir:
        if not os.path.isdir(path):
            raise NotFound(f"the directory of {seen.id} is gone", f"workcell rm {seen.id}")
        return Result(seen.id, path, own=False)
    if seen.launch is None:
        raise Invalid(f"{seen.id}: launch.json cannot be read", f"workcell fsck {seen.id}")
    top = seen.launch["workspace"]
    if not os.path.isdir(top):
        raise NotFound(
            f"the tree of {seen.id} is gone: {top}", f"workcell diff {seen.id} shows what is left of its work"
        )
    return Result(seen.id, top, seen.launch["worktree"])
