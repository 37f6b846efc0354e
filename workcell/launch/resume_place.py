"""The directory in which the next attempt of a run starts: that of the attempt before it, or of a new brief."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace

from workcell.base.errors import Refused, WorkcellError
from workcell.git import repository, run_work
from workcell.launch import plan
from workcell.rundir import layout, look, no_tree, start_place


def check(seen: look.Look, brief: str | None) -> None:
    """Refused where the directory of the attempt is no plain directory any more; a new brief may name another one."""
    if brief is None:
        _check(seen, seen.attempt.get("dir", "") if seen.attempt else "")


def of_plan(made: plan.Plan, seen: look.Look) -> plan.Plan:
    """The plan of a new brief, which starts where the run did unless it says otherwise. Raises Refused as `check`."""
    if not made.dir and seen.attempt is not None:
        made = replace(made, dir=seen.attempt.get("dir", ""))
    _check(seen, made.dir)
    return made


def _check(seen: look.Look, below: str) -> None:
    trouble = start_place.trouble(seen.cwd, below)
    if trouble is None:
        return
    where = start_place.join(seen.cwd, below)
    cure = f"mkdir -p {shlex.quote(where)} makes it empty" if not os.path.lexists(where) else "put a directory there"
    raise Refused(f"cannot resume {seen.id}: it starts in {below}, and {trouble}", f"{cure}; or launch a new run")


def way_back(seen: look.Look) -> str:
    """The commands with which a run goes on whose tree is gone: on its branch in a new tree, else as a new run."""
    brief = shlex.quote(os.path.join(layout.attempt(seen.run, 1), layout.BRIEF))
    anew = f"put it back, or launch its brief anew: workcell launch {brief}"
    launch = seen.launch
    if no_tree.of(launch):
        return f"mkdir {shlex.quote(seen.cwd)}"
    if launch is None:
        return anew
    if not launch["worktree"]:
        return f"{anew} --repo DIR"
    repo = shlex.quote(launch["repo"])
    try:
        work = run_work.of(seen)
        if work.branch is None or work.tip is None:
            return f"{anew} --repo {repo} --worktree"
        listed = {os.path.realpath(one.top): one for one in repository.worktrees(work.source)}
    except WorkcellError:
        return f"{anew} --repo DIR"  # its repository is gone, too
    elsewhere = [one.top for one in listed.values() if one.branch == work.branch and not one.prunable]
    if elsewhere:
        return f"its branch is checked out in {elsewhere[0]}; go on there: {anew.partition(': ')[2]} --repo {repo}"
    # git keeps the entry of a tree that was removed by other means, and takes its place only with this option
    force = "--force " if os.path.realpath(seen.cwd) in listed else ""
    add = f"git -C {repo} worktree add {force}{shlex.quote(seen.cwd)} {shlex.quote(work.branch)}"
    return f"{add} && workcell resume {seen.id}"
