"""The operations launch and resume: what can be asked for, and what comes of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.base.errors import Usage
from workcell.launch import dry_run, launch
from workcell.launch.options import Options
from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.texts import launch_file

if TYPE_CHECKING:
    from workcell.launch import batch


@dataclass(frozen=True)
class LaunchRequest:
    """What is None, empty or false is decided by brief, repository, recipe and configuration."""

    briefs: tuple[str, ...]
    """Paths of briefs, and of launch files with several."""
    recipe: str | None = None
    repo: str | None = None
    """The working tree."""
    name: str | None = None
    worktree: str | None = None
    """Work in a worktree of its own, on this branch; empty for a branch named after the run."""
    dirty: Literal["refuse", "allow", "snapshot"] | None = None
    """What to do about uncommitted work."""
    label: tuple[str, ...] = ()
    group: str | None = None
    max_live: int | None = None
    """Of several: how many may live at once; returns when all are over."""
    again: bool = False
    """Of a launch file: new runs, also for briefs that have one."""
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers."""
    no_window: bool = False
    """Open no window in tmux."""
    prepare: bool = False
    """Create the run, and start nothing."""
    dry_run: bool = False
    """Say what would be launched; write nothing."""

    def several(self) -> bool:
        """Whether this may be more than one run."""
        return len(self.briefs) != 1 or self.max_live is not None or launch_file.is_one(self.briefs[0])

    def options(self, shell: Mapping[str, str]) -> Options:
        return Options(
            recipe=self.recipe,
            repo=self.repo,
            name=self.name,
            worktree=self.worktree,
            dirty=self.dirty,
            labels=self.label,
            group=self.group,
            ignore_repo=self.ignore_repo,
            shell=shell,
        )


@dataclass(frozen=True)
class Launched:
    """One run."""

    id: str
    name: str
    dir: str
    phase: str
    window: bool
    """False when a window was wanted and could not be opened."""
    no_window: str | None
    """Why it could not."""
    notes: list[str]
    """What a person should know of what was left out."""
    state: str | None = None
    """How the run ended, for an asker that waited for it."""


@dataclass(frozen=True)
class Row:
    """One run of several."""

    id: str | None
    """Null when it could not be created."""
    name: str
    dir: str | None
    asked_at: str
    """`FILE:LINE` of a launch file, or the brief's path."""
    state: str | None
    """Its phase, or its outcome once it is over."""
    found: bool
    """Whether the run was there already."""
    error: str | None
    notes: list[str]


@dataclass(frozen=True)
class LaunchedAll:
    """Several runs."""

    group: str | None
    runs: list[Row]


DryRun = dry_run.Result


@dataclass(frozen=True, kw_only=True)
class AskedDryRun(dry_run.Result):
    """What would be launched for one of several briefs."""

    asked_at: str


@dataclass(frozen=True)
class DryRuns:
    group: str | None
    max_live: int | None
    runs: list[AskedDryRun]


@dataclass(frozen=True)
class ResumeRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    brief: str | None = None
    """The path of a new brief, with a verify script of its own."""
    recipe: str | None = None
    """Another recipe."""
    native: bool = False
    """Continue the agent's own conversation, where its recipe can and it is still there."""
    policy: Literal["now"] | None = None
    """`now`: pin playbooks of the repository anew, as they are now."""
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers."""
    dry_run: bool = False
    """Say what the brief of the next attempt would be; change nothing."""
    no_window: bool = False
    """Open no window in tmux."""


@dataclass(frozen=True)
class Resumed:
    id: str
    attempt: int
    phase: str
    dry_run: bool
    how: str
    """`native`, or `artifacts`: from the run's files."""
    how_why: str | None
    """Why it is not native although that was asked for."""
    no_window: str | None
    """Why there is no window."""
    brief: str | None
    """The text of the attempt's brief, of a dry run."""
    state: str | None = None
    """How the run ended, for an asker that waited for it."""


def perform_launch(cell: Cell, request: LaunchRequest) -> Launched | LaunchedAll | DryRun | DryRuns:
    """The operation `launch`. All briefs are checked before the first run starts.

    Of several, `cell.progress` is told `checked` with the batch, and then what `batch_run.Tell` says. Raises Untrusted,
    before anything is written, when a repository brings what no person has accepted.
    """
    if request.several():
        return _launch_several(cell, request)
    one = launch.Request(
        cell.home,
        request.briefs[0],
        request.options(cell.environment),
        window=not request.no_window,
        prepare=request.prepare,
        caller=cell.caller,
    )
    if request.dry_run:
        return dry_run.dry_run(one)
    done = launch.launch(one)
    return Launched(done.id, done.name, done.run, done.phase, done.window is None, done.window, done.notes)


def _launch_several(cell: Cell, request: LaunchRequest) -> LaunchedAll | DryRuns:
    from workcell.launch import batch, batch_run

    if not request.briefs:
        raise Usage("no brief to launch", "workcell launch BRIEF")
    if request.name is not None:
        raise Usage("a name is for one brief", "name runs in a launch file")
    asked = batch.Request(
        cell.home,
        list(request.briefs),
        request.options(cell.environment),
        not request.no_window,
        request.prepare,
        request.max_live,
        request.again,
        cell.caller,
    )
    checked = batch.check(asked, trust=not request.dry_run)
    if request.dry_run:
        rows = [AskedDryRun(**vars(dry_run.preview(entry.made)), asked_at=entry.at) for entry in checked.entries]
        return DryRuns(checked.group, checked.max_live, rows)
    cell.progress("checked", checked)
    batch_run.go(checked, asked, cell.progress)
    return LaunchedAll(checked.group, [_row(entry) for entry in checked.entries])


def _row(entry: "batch.Entry") -> Row:
    return Row(
        id=os.path.basename(entry.run) if entry.run else None,
        name=entry.made.name,
        dir=entry.run,
        asked_at=entry.at,
        state=entry.state if entry.run else None,
        found=entry.found,
        error=entry.error.message if entry.error else None,
        notes=entry.notes,
    )


def perform_resume(cell: Cell, request: ResumeRequest) -> Resumed:
    """The operation `resume`. Raises Usage for `native` with a brief, and what `find.run` and `resume` raise."""
    from workcell.launch import resume

    if request.native and request.brief is not None:
        raise Usage("--native goes on with what was asked; a new brief begins anew", "leave one of them out")
    done = resume.resume(
        resume.Request(
            cell.home,
            find.run(cell.home, request.run),
            brief=request.brief,
            recipe=request.recipe,
            window=not request.no_window,
            dry_run=request.dry_run,
            native=request.native,
            renew_policy=request.policy is not None,
            ignore_repo=request.ignore_repo,
            shell=cell.environment,
            caller=cell.caller,
        )
    )
    return Resumed(
        id=done.id,
        attempt=done.attempt,
        phase=done.phase,
        dry_run=request.dry_run,
        how=done.how,
        how_why=done.how_why,
        no_window=done.window,
        brief=done.brief if request.dry_run else None,
    )
