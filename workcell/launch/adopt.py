"""adopt: a run that goes on with a conversation that no run began, in the agent program's own session.

The files of the program are read; it is the program itself that goes on writing them.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from workcell.agents import registry
from workcell.agents.protocol import Agent
from workcell.agents.session_files import SessionFile
from workcell.base import clock
from workcell.base.errors import NotFound, Refused, TryAgain, WorkcellError
from workcell.git import repository
from workcell.launch import asked, conversation, dry_run, launch, plan
from workcell.launch.adopted import Adopted
from workcell.launch.requests import LaunchRequest
from workcell.rundir import safe_open
from workcell.rundir.cell import Cell
from workcell.sessions import known, outline, owners, running

QUIET = 60.0
"""Seconds for which the file of a session must not have grown: its program may be at work and not be found."""

LONGEST_LINE = 64 << 20
"""Maximum bytes of a record."""

GO_ON = "Go on with the work of this conversation where it stopped"
"""The objective where none is given."""


@dataclass(frozen=True)
class Request:
    session: str
    """`AGENT:ID`, an id, or a unique beginning of one."""
    message: str | None = None
    """What the agent is told; its first line becomes the objective."""
    verify: str | None = None
    """The check: commands, or the path of a script."""
    recipe: str | None = None
    """How the agent is launched; by default the recipe that has the agent's name."""
    name: str | None = None
    wall: float | None = None
    """Seconds that one attempt may take."""
    attempts: int | None = None
    """How many attempts the run may take."""
    cost: float | None = None
    """US dollars that the agent may report."""
    ignore_repo: bool = False
    """Take nothing from the repository that executes or steers."""
    no_window: bool = False
    """Open no window in tmux."""
    dry_run: bool = False
    """Only say what would be made, and why it would be refused now."""


@dataclass(frozen=True)
class Refusal:
    """Why the session cannot be adopted now."""

    why: str
    cure: str


@dataclass(frozen=True)
class DryRun:
    """What would be made. Nothing was written."""

    agent: str
    session: str
    """The id of the conversation that would go on."""
    directory: str
    """Where it was had, and would go on."""
    refused: list[Refusal]
    """What stands in the way now; empty where it would be made."""
    launch: dry_run.Result
    """The run. Its id is drawn anew when it is made."""


@dataclass(frozen=True)
class Result:
    id: str
    name: str
    dir: str
    phase: str
    agent: str
    session: str
    """The id of the conversation that goes on."""
    window: bool
    """False when a window was wanted and could not be opened."""
    no_window: str | None
    """Why it could not."""
    notes: list[str]


def perform(cell: Cell, request: Request) -> Result | DryRun:
    """The operation `adopt`.

    Raises NotFound for a session that is not there or whose directory is gone, Refused for one that a process has
    open, that a run has, that was left at a deferred call, or that the recipe cannot go on with, TryAgain for one that
    grew in the last minute, and what a launch raises. Nothing is written then. A dry run tells what is refused of the
    session itself, and raises the rest.
    """
    file = known.find(cell.home, cell.environment, request.session)
    agent = registry.load(file.agent, cell.home)
    directory = outline.of(agent, file).about.directory
    stopped: list[Refusal] | None = [] if request.dry_run else None
    _told(stopped, lambda: _check_free(cell, file, directory))
    _told(stopped, lambda: _check_calls(agent, file))
    if directory is None or not os.path.isdir(directory):
        where = f"its directory is gone: {directory}" if directory else "its records name no directory"
        raise NotFound(f"{_name(file)} cannot go on: {where}", f"workcell show {_name(file)}")
    wish = _launch(cell, request, agent, file, directory)
    made = launch.check(wish, preview=request.dry_run)
    _told(stopped, lambda: _check_recipe(made, agent, file, directory))
    if stopped is not None:
        return DryRun(agent.name, file.id, directory, stopped, dry_run.preview(made))
    done = launch.create(made, wish)
    return Result(
        id=done.id,
        name=done.name,
        dir=done.run,
        phase=done.phase,
        agent=agent.name,
        session=file.id,
        window=done.window is None,
        no_window=done.window,
        notes=done.notes,
    )


def _told(refusals: list[Refusal] | None, check: Callable[[], None]) -> None:
    """Do the check; what it raises is kept in the list, where there is one."""
    try:
        check()
    except WorkcellError as error:
        if refusals is None:
            raise
        refusals.append(Refusal(error.message, error.hint or ""))


def _name(file: SessionFile) -> str:
    return f"{file.agent}:{file.id}"


def _check_free(cell: Cell, file: SessionFile, directory: str | None) -> None:
    """Raise for a session that a run has, that a process has or may have open, or that grew a moment ago."""
    owner = owners.Owners(cell.home).of(file)
    if owner is not None:
        raise Refused(f"{_name(file)} belongs to the run {owner.run}", f"workcell resume {owner.run} --native")
    for one in running.every(cell.home, cell.environment):
        # one whose session cannot be told may have any of its directory
        near = one.session is None and (one.directory is None or one.directory == os.path.realpath(directory or ""))
        if one.agent == file.agent and (one.session == file.id or near):
            where = f", tmux {one.pane}" if one.pane else f", {one.terminal}" if one.terminal else ""
            has = "has" if one.session else "may have"
            raise Refused(
                f"the process {one.pid}{where} {has} {_name(file)} open",
                "end that program first: two processes would write into one conversation",
            )
    quiet = cell.clock() - file.changed
    if quiet < QUIET:
        raise TryAgain(
            f"{_name(file)} was written to {clock.span(max(0.0, quiet))} ago",
            f"its program may still be at work; try again in {clock.span(QUIET - max(0.0, quiet))}",
        )


def _check_calls(agent: Agent, file: SessionFile) -> None:
    """Raise Refused for a session that was left at a deferred call: the program would make it without asking a person.

    The hook of a run asks no person where no rule holds, and no journal knows what was deferred elsewhere.
    """
    left_open = getattr(agent.sessions, "left_open", None)  # a folder of the home may be older than this question
    fd = safe_open.reader(file.path) if left_open is not None else None
    if left_open is None or fd is None:
        return
    with os.fdopen(fd, "rb") as lines:
        call = left_open(iter(lambda: lines.readline(LONGEST_LINE), b""))
    if call is not None:
        raise Refused(
            f"{_name(file)} was left at a call that waits for a yes or no, and to go on with it would run it: {call}",
            f"workcell show {_name(file)}",
        )


def _launch(cell: Cell, request: Request, agent: Agent, file: SessionFile, directory: str) -> launch.Request:
    """The launch of the run, in the directory of the session."""
    tree = repository.find(directory)
    top = tree.top if tree is not None and not tree.bare else os.path.realpath(directory)
    below = os.path.relpath(os.path.realpath(directory), top)
    words = LaunchRequest(
        message=request.message if request.message is not None else GO_ON,
        verify=request.verify,
        recipe=request.recipe or agent.name,
        repo=top,
        dir=None if below == "." else below,
        name=request.name,
        wall=request.wall,
        attempts=request.attempts,
        cost=request.cost,
        ignore_repo=request.ignore_repo,
        no_window=request.no_window,
    )
    asked.check(words)
    source = asked.source(words, words.options(cell.environment))
    found = os.stat(file.path, follow_symlinks=False)
    adopted = Adopted(agent.name, file.id, file.path, found.st_size, found.st_ino)
    return launch.Request(
        cell.home,
        source.path,
        replace(source.options, adopted=adopted),
        text=source.text,
        window=not request.no_window,
        caller=cell.caller,
    )


def _check_recipe(made: plan.Plan, agent: Agent, file: SessionFile, directory: str) -> None:
    """Raise Refused where the recipe's program could not go on with the session."""
    values, recipe = made.recipe.values, made.recipe.name
    if values["reader"] != agent.name or not values["resume"]:
        what = f"is not one of {agent.title}" if values["reader"] != agent.name else "has no 'resume'"
        raise Refused(f"the recipe {recipe!r} {what}: it cannot go on with {_name(file)}", "workcell recipe ls")
    if made.worktree is not None:
        raise Refused(
            f"{_name(file)} belongs to the directory {directory}, and a worktree is asked for",
            "adopt it without; 'worktree' of the repository or of config.yaml asks for one",
        )
    if agent.records is None or not any(
        os.path.realpath(path) == os.path.realpath(file.path)
        for pattern in agent.transcripts(made.env, os.path.realpath(directory), file.id)
        for path in glob.glob(pattern)
    ):
        raise Refused(
            f"{agent.title}, as the recipe {recipe!r} starts it, does not look where {_name(file)} lies: {file.path}",
            "set the variable that names its directory, as in the shell in which the conversation was begun",
        )
    if not conversation.has_begun(agent, file.path):
        raise Refused(
            f"{_name(file)} was ended before {agent.title} had written down what was asked",
            f"workcell show {_name(file)}",
        )
