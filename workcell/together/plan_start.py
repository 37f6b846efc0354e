"""Starting and stopping the runs of a plan, as its record says and never as the process is that does so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workcell.accounts import holds
from workcell.base.errors import TryAgain, WorkcellError
from workcell.finish import stop
from workcell.judgement.plan_order import Start
from workcell.launch import busy_tree, launch, resume
from workcell.launch import plan as single
from workcell.launch.options import Options
from workcell.rundir import find, look, no_tree, phase
from workcell.together import plan_base
from workcell.trust import access
from workcell.views.plan_state import State

if TYPE_CHECKING:
    from workcell.rundir.schema.plans import Plan, PlanEntry


@dataclass
class Prepared:
    """A run that may be made: every reason to refuse has been looked at."""

    made: single.Plan
    request: launch.Request

    @property
    def run(self) -> str:
        """The id that the run will have."""
        return self.made.id


class Hands:
    """What acts for a plan. `env` is the environment of the shell that launched it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def prepare(self, state: State, start: Start) -> Prepared | None:
        """The run to make; None where its tree is in use: it is tried again. Nothing is written.

        Raises the WorkcellError of what keeps it from being launched.
        """
        entry = state.entry(start.entry)
        options = options_of(state.plan, entry, start, self._env)
        request = launch.Request(
            home=state.home,
            brief=entry["brief"],
            options=replace(options, base=plan_base.commit_of(state, entry, self._env)),
            text=entry["text"].encode("utf-8", "surrogateescape"),
            window=state.plan["window"],
            caller=caller_of(state.home, state.plan),
        )
        try:
            made = launch.check(request)
        except TryAgain:
            return None
        if made.worktree is None and made.share is None and busy_tree.holder(state.home, made.top) is not None:
            return None
        return Prepared(made, request)

    def create(self, prepared: Prepared, run: str) -> list[str]:
        """Make the run under that id and start it; what a person should know. Raises what `launch.create` raises.

        A run that was made and not started is left to the tick: that it is made is what counts.
        """
        prepared.made.id = run
        try:
            return launch.create(prepared.made, prepared.request).notes
        except WorkcellError as error:
            if not os.path.isdir(prepared.made.run):
                raise
            return [error.message]

    def go_on(self, state: State, run: str) -> None:
        """Start a run that was made and never started, unless its account is held. Nothing is raised."""
        path = find.path_of(state.home, run)
        seen = look.at(path)
        if seen.phase != phase.CREATED or holds.held(state.home, holds.account(path, seen.attempt)):
            return
        try:
            resume.resume(resume.Request(state.home, path, window=state.plan["window"], attempt=None))
        except WorkcellError:
            return  # another process was first, or the tick tries again

    def stop(self, home: str, runs: list[str], by: str, grace: float) -> None:
        """End these runs: all are asked before the first is waited for. One that does not end stops no other."""
        for run in runs:
            path = find.path_of(home, run)
            seen = look.at(path)
            if seen.phase in (phase.RUNNING, phase.STARTING):
                stop.order(path, seen, grace, by)
        for run in runs:
            try:
                stop.stop(find.path_of(home, run), grace, by)
            except WorkcellError:
                continue  # it is tried again when the plan is looked at next


def caller_of(home: str, plan: Plan) -> access.Caller:
    """Who launched the plan: that is the parent of its runs."""
    if not plan["inside"] or plan["parent"] is None:
        return access.OUTSIDE
    return access.Caller(home, tuple(plan["inside"]), plan["parent"]["attempt"], frozenset(plan["may"]))


def options_of(plan: Plan, entry: PlanEntry, start: Start, env: Mapping[str, str]) -> Options:
    """The options of the launch of an entry, or of one lane of a race."""
    said: Any = entry["options"]
    place = entry["at"]
    limits: Any = dict(said["limits"])
    who = {**said["said_by"], "verify": place, "repo": place, "name": place, "group": place}
    if start.cost is not None and entry["cost_usd"] is None:
        limits["cost"] = round(start.cost, 4)
        who["limits.cost"] = f"{place} (budget)"
    found = Options(
        recipe=start.lane or said["recipe"],
        repo=None if said.get("tree") == no_tree.NONE else said["repo"],
        dir=said["dir"],
        tree=said.get("tree"),
        name=f"{entry['name']}-{start.lane}" if start.lane else entry["name"],
        worktree=said["worktree"],
        dirty=said["dirty"],
        labels=tuple(said["labels"]),
        group=said["group"],
        model=said["model"],
        args=tuple(said["args"]),
        limits=limits,
        env=said["env"],
        ports=said["ports"],
        notify=None if said["notify"] is None else tuple(said["notify"]),
        ignore_repo=said["ignore_repo"],
        share=said["share"],
        standby=said["standby"],
        watch=said.get("watch", False),
        within=said.get("within"),
        plan={"id": plan["id"], "entry": entry["name"]},
        shell=env,
        said_by=who,
    )
    if entry["script"] is None:
        return replace(found, verify=False)
    return replace(found, script=entry["script"].encode("utf-8", "surrogateescape"))
