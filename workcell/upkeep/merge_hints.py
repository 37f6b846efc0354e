"""What lets a run be merged or removed that cannot be as it is: one command that names every option it needs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from workcell.base.errors import Refused, WorkcellError
from workcell.git import agent_leftovers, repository, run_work
from workcell.judgement import outcome
from workcell.rundir import look, phase, standby, status

if TYPE_CHECKING:
    from workcell.upkeep.merge import Request


def check_over(seen: look.Look) -> None:
    """Refused for a run that is not over, with what brings it to its end."""
    if seen.phase != phase.DONE:
        raise Refused(f"{seen.id} is not over: it is {status.state_of(seen, None)}", _end(seen))


def _end(seen: look.Look) -> str:
    """What brings a run that is not over to its end."""
    if seen.phase == phase.CORRUPT:
        return f"workcell fsck {seen.id}"
    if standby.waits(seen):
        return f"workcell finish {seen.id}, or without its check: workcell stop {seen.id}"
    waits = f"wait for its end: workcell wait {seen.id}"
    if seen.phase == phase.RUNNING and seen.io == "terminal":
        ends = "where its agent waits for words, end it and have its work checked"
        return f"{ends}: workcell recover {seen.id}; else {waits}"
    return f"workcell stop {seen.id}, or {waits}"


def has_check(seen: look.Look) -> bool:
    """Whether a check was pinned for the run, which `--verify` could run."""
    return seen.attempt is not None and seen.attempt.get("verify") is not None


def is_loose(seen: look.Look) -> bool:
    """Whether the tree of the run has uncommitted work that a merge would refuse; False where that cannot be told."""
    try:
        work = run_work.of(seen)
        if not work.own or work.tree is None:
            return False
        state = repository.status(work.tree)
        own, _ = agent_leftovers.split(work.tree, state, seen.recipe.get("leaves") or ())
        return bool(own or state.submodules)
    except WorkcellError:
        return False


def to_merge(seen: look.Look) -> str:
    """The command that merges a run that is over as it is now."""
    loose = is_loose(seen)
    if seen.outcome == outcome.PASSED:
        return _command(seen.id, "", loose)
    return _command(seen.id, "--verify" if has_check(seen) else "--force", loose)


def of_unpassed(seen: look.Look, request: Request) -> str:
    """What merges a run that has not passed."""
    loose = is_loose(seen)
    force = f"to merge it all the same: {command(request, '--force', loose=loose)}"
    if not has_check(seen):
        return force
    verify = command(request, "--verify", loose=loose)
    return f"where its check passes now, as after work of your own: {verify}; {force}"


def command(request: Request, option: str = "", *, loose: bool = False) -> str:
    """The merge as it was asked for, with one option more; `loose` has it commit the rest, too."""
    asked = [word for word, given in (("--force", request.force), ("--verify", request.verify)) if given]
    words = [*asked, *([option] if option and option not in asked else [])]
    words += ["--squash"] if request.squash else []
    return _command(request.run, " ".join(words), loose or request.commit_rest, request.message)


def _command(run: str, options: str, rest: bool, message: str | None = None) -> str:
    words = f"workcell merge {shlex.quote(run)}{' ' + options if options else ''}{' --commit-rest' if rest else ''}"
    if message is not None:
        return f"{words} -m {shlex.quote(message)}"
    return f"{words} -m 'MESSAGE'" if rest else words
