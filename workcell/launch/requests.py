"""The operations launch and resume: what can be asked for, and what comes of it."""

import os
from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from workcell.base.errors import Usage
from workcell.base.light_dataclass import dataclass
from workcell.launch import asked, children, dry_run, launch, ports
from workcell.launch.options import Options
from workcell.rundir import find, look
from workcell.rundir.cell import Cell
from workcell.texts import launch_file

if TYPE_CHECKING:
    from workcell.launch import batch


@dataclass(frozen=True)
class LaunchRequest:
    """What is None, empty or false is decided by brief, repository, recipe and configuration."""

    operation: ClassVar[str] = "launch"

    briefs: tuple[str, ...] = ()
    """Paths of briefs, and of launch files with several; `-` alone for the brief in `text`."""
    message: str | None = None
    """In place of a brief: the objective, and below its first line what more is to be known."""
    command: tuple[str, ...] = ()
    """In place of an agent: the words of a command to run."""
    saved: str | None = None
    """In place of a path: the name of a saved brief."""
    set: tuple[str, ...] = ()
    """`NAME=VALUE` for parameters of the brief."""
    text: str | None = None
    """The text of a brief that stands in no file."""
    model: str | None = None
    """The model that the agent is told to use."""
    arg: tuple[str, ...] = ()
    """Words that are added to the agent's command."""
    verify: str | None = None
    """The check: commands, or the path of a script."""
    no_verify: bool = False
    """No check, also where brief or repository have one: the run ends `unverified`."""
    wall: float | None = None
    """Seconds that one attempt may take."""
    attempts: int | None = None
    """How many attempts the run may take."""
    cost: float | None = None
    """US dollars that the agent may report."""
    port: tuple[str, ...] = ()
    """`NAME`, or `NAME=N`: so many TCP ports of its own, in the variables `NAME`, `NAME_2` and so on."""
    recipe: str | None = None
    repo: str | None = None
    """The working tree."""
    dir: str | None = None
    """The directory below its top in which agent, steps and check start."""
    name: str | None = None
    worktree: str | None = None
    """Work in a worktree of its own, on this branch; empty for a branch named after the run."""
    tree: Literal["none"] | None = None
    """`none`: work in no repository, but in an empty directory of its own."""
    share: bool = False
    """Share the tree with other runs that do: each claims what it edits."""
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
    standby: bool = False
    """A turn that ends well leaves the run waiting for messages, without a process and unchecked."""
    no_window: bool = False
    """Open no window in tmux."""
    prepare: bool = False
    """Create the run, and start nothing."""
    now: bool = False
    """Start it also while its account is held."""
    watch: bool = False
    """From inside a run: that run gets a message once the new one is over."""
    within: float | None = None
    """With `watch`: seconds after which it gets one in any case."""
    dry_run: bool = False
    """Say what would be launched; write nothing."""

    def several(self) -> bool:
        """Whether this may be more than one run."""
        if len(self.briefs) != 1:
            return not (asked.in_words(self) or self.text is not None or self.saved is not None)
        return self.max_live is not None or launch_file.is_one(self.briefs[0])

    def options(self, shell: Mapping[str, str]) -> Options:
        return Options(
            recipe=self.recipe,
            repo=self.repo,
            dir=self.dir,
            name=self.name,
            worktree=self.worktree,
            tree=self.tree,
            share=self.share or None,
            dirty=self.dirty,
            labels=self.label,
            group=self.group,
            model=self.model,
            args=self.arg,
            verify=asked.verify(self),
            limits=asked.limits(self),
            params=asked.params(self),
            ports=asked.ports(self),
            ignore_repo=self.ignore_repo,
            standby=self.standby or None,
            watch=self.watch,
            within=self.within,
            shell=shell,
        )


@dataclass(frozen=True)
class SpawnRequest(LaunchRequest):
    """The same from inside a run. Where a live run has the tree, the child gets a worktree of its own."""

    operation: ClassVar[str] = "spawn"

    def options(self, shell: Mapping[str, str]) -> Options:
        return replace(super().options(shell), beside=True)


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
    ports: dict[str, int] = field(default_factory=dict)
    """Its TCP ports, by name of their variable."""


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
    ports: dict[str, int] = field(default_factory=dict)
    """Its TCP ports, by name of their variable."""


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
    model: str | None = None
    """The model that the agent is told to use from now on."""
    arg: tuple[str, ...] = ()
    """Words that are added to the agent's command from now on, behind those of the run."""
    wall: float | None = None
    """Seconds that each attempt may take from now on."""
    attempts: int | None = None
    """How many attempts the run may take from now on, those that it took among them."""
    cost: float | None = None
    """US dollars that the agent may report from now on, those that it reported among them."""
    force: bool = False
    """Open one attempt beyond the limits, and leave them as they are."""
    steps: Literal["all"] | None = None
    """`all`: run all steps of a runbook again, also those that ended well."""
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


@dataclass(frozen=True)
class ResumedAll:
    """Of several runs."""

    runs: list[Resumed]
    failed: list[dict[str, str | int | None]]
    """Runs for which it failed: `run`, `error`, `code`, `exit`, `hint`."""


def perform_launch(cell: Cell, request: LaunchRequest) -> Launched | LaunchedAll | DryRun | DryRuns:
    """The operation `launch`. All briefs are checked before the first run starts.

    Of several, `cell.progress` is told `checked` with the batch, and then what `batch_run.Tell` says. Raises Untrusted,
    before anything is written, when a repository brings what no person has accepted.
    """
    asked.check(request)
    asked.check_files(request.briefs, cell.environment.get("PATH"))
    if request.saved is not None:
        from workcell.launch import saved_briefs

        request = saved_briefs.chosen(cell.home, request)
    children.check_watch(cell.caller, wanted=request.watch, within=request.within)
    if request.several():
        return _launch_several(cell, request)
    source = asked.source(request, request.options(cell.environment))
    one = launch.Request(
        cell.home,
        source.path,
        source.options,
        text=source.text,
        window=not request.no_window,
        prepare=request.prepare,
        now=request.now,
        caller=cell.caller,
    )
    if request.dry_run:
        return dry_run.dry_run(one)
    done = launch.launch(one)
    return Launched(
        id=done.id,
        name=done.name,
        dir=done.run,
        phase=done.phase,
        window=done.window is None,
        no_window=done.window,
        notes=done.notes,
        ports=done.ports,
    )


def _launch_several(cell: Cell, request: LaunchRequest) -> LaunchedAll | DryRuns:
    from workcell.launch import batch, batch_run

    if not request.briefs:
        raise Usage("no brief to launch", "workcell launch BRIEF, launch -m OBJECTIVE, or launch -- COMMAND")
    if request.name is not None:
        raise Usage("a name is for one brief", "name runs in a launch file")
    wish = batch.Request(
        cell.home,
        list(request.briefs),
        request.options(cell.environment),
        not request.no_window,
        request.prepare,
        request.max_live,
        request.again,
        cell.caller,
        request.now,
    )
    checked = batch.check(wish, preview=request.dry_run)
    if request.dry_run:
        rows = [AskedDryRun(**vars(dry_run.preview(entry.made)), asked_at=entry.at) for entry in checked.entries]
        return DryRuns(checked.group, checked.max_live, rows)
    cell.progress("checked", checked)
    batch_run.go(checked, wish, cell.progress)
    return LaunchedAll(checked.group, [_row(entry) for entry in checked.entries])


def _row(entry: "batch.Entry") -> Row:
    attempt = look.at(entry.run).attempt if entry.run else None
    return Row(
        id=os.path.basename(entry.run) if entry.run else None,
        name=entry.made.name,
        dir=entry.run,
        asked_at=entry.at,
        state=entry.state if entry.run else None,
        found=entry.found,
        error=entry.error.message if entry.error else None,
        notes=entry.notes,
        ports=ports.of(attempt) if attempt is not None else {},
    )


def perform_resume(cell: Cell, request: ResumeRequest) -> Resumed:
    """The operation `resume`. Raises Usage for `native` with a brief, and what `find.run` and `resume` raise."""
    from workcell.launch import resume, resume_agent, resume_limits

    asked.check_limits(request.wall, request.attempts, request.cost)
    if request.native and request.brief is not None:
        raise Usage("--native goes on with what was asked; a new brief begins anew", "leave one of them out")
    done = resume.resume(
        resume.Request(
            cell.home,
            find.run_to_change(cell.home, request.run),
            brief=request.brief,
            recipe=request.recipe,
            window=not request.no_window,
            dry_run=request.dry_run,
            native=request.native,
            raised=resume_limits.Raised(request.wall, request.attempts, request.cost, request.force),
            told=resume_agent.Told(request.model, request.arg),
            steps_anew=request.steps is not None,
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
