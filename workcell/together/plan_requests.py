"""The operations of plans: launch one, list them, show how one stands, stop it, and launch entries of it anew."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import InputOutput, Refused, TryAgain, Usage
from workcell.launch import asked, batch, children, dry_run
from workcell.launch.requests import AskedDryRun
from workcell.rundir import acks, family, find, look, phase, plans
from workcell.rundir.cell import Cell
from workcell.together import plan_advance, plan_create, plan_results
from workcell.together.plan_start import Hands
from workcell.trust import access
from workcell.views import plan_state

if TYPE_CHECKING:
    from workcell.launch.requests import LaunchRequest
    from workcell.rundir.schema.plans import Plan, PlanAction
    from workcell.texts import launch_file

PATIENCE = 60.0
"""Seconds for which a verb waits for another process that brings the plan on."""

OVER = ("passed", "unverified")
"""States of an entry that no retry changes."""


@dataclass(frozen=True)
class ListRequest:
    pass


@dataclass(frozen=True)
class ShowRequest:
    plan: str
    """An id, the name of a launch file, or a unique begin of an id."""


@dataclass(frozen=True)
class StopRequest:
    plan: str
    """An id, the name of a launch file, or a unique begin of an id."""
    grace: float = 10.0
    """Seconds that each agent may take to end before it is killed."""


@dataclass(frozen=True)
class RetryRequest:
    plan: str
    """An id, the name of a launch file, or a unique begin of an id."""
    entries: tuple[str, ...] = ()
    """Names of entries; without any, all that are blocked, that failed, or whose own run was stopped."""
    budget: float | None = None
    """US dollars that all runs of the plan may report from now on."""


def launch(
    cell: Cell, request: LaunchRequest, read: launch_file.LaunchFile
) -> plan_results.Result | plan_results.DryRun:
    """Make the plan of a launch file, and start what may start. Raises Faulty with all faults before anything is made.

    The same command again finds the same plan, and brings it on.
    """
    asked.check(request)
    if request.prepare:
        raise Usage("--prepare with a plan: a plan starts its runs by itself", "leave it out, or look with --dry-run")
    children.check_watch(cell.caller, wanted=request.watch, within=request.within)
    if request.name is not None:
        raise Usage("a name is for one brief", "name entries in the launch file")
    wish = batch.Request(
        home=cell.home,
        files=list(request.briefs),
        options=request.options(cell.environment),
        window=not request.no_window,
        max_live=request.max_live,
        again=True,
        caller=cell.caller,
        now=request.now,
    )
    checked = plan_create.check(wish, read, preview=request.dry_run)
    made = plan_create.record(cell, wish, checked, read)
    if request.dry_run:
        return _preview(checked, made)
    known = None if request.again else plan_create.standing(cell.home, made)
    if known is None:
        lock = plan_create.write(cell.home, made, cell.environment)
        try:
            plan_advance.advance_locked(cell.home, made["id"], _hands(cell.home, made["id"]))
        except OSError as error:
            raise InputOutput(f"the plan {made['id']}: {error.strerror}", "free some disk space") from error
        finally:
            os.close(lock)
    bring_on(cell.home, known or made["id"])
    return plan_results.result(plan_state.read(cell.home, known or made["id"]), found=known is not None)


def _preview(checked: batch.Batch, made: Plan) -> plan_results.DryRun:
    rows = [AskedDryRun(**vars(dry_run.preview(entry.made)), asked_at=entry.at) for entry in checked.entries]
    left = list(made["entries"])
    order: list[list[str]] = []
    while left:
        placed = {name for names in order for name in names}
        free = [one["name"] for one in left if set(one["needs"]) <= placed]
        order.append(free)
        left = [one for one in left if one["name"] not in free]
    return plan_results.DryRun(checked.group, made["max_live"], made["on_failure"], order, rows)


def _hands(home: str, plan: str) -> Hands:
    try:
        env, _ = plans.environment(home, plan)
    except ValueError as error:
        path = os.path.join(plans.directory(home, plan), plans.ENV)
        raise InputOutput(
            f"{path} cannot be read: {error}", "launch the file of the plan again, with --again"
        ) from error
    return Hands(env)


def bring_on(home: str, plan: str) -> bool:
    """Bring the plan on as far as it comes now; False where another process does so. Raises what `advance` raises."""
    return plan_advance.advance(home, plan, _hands(home, plan))


def perform_ls(cell: Cell, request: ListRequest) -> plan_results.Listed:
    """The operation `plan ls`: all plans, oldest first. Looks only."""
    return plan_results.Listed([plan_results.listed(cell.home, known) for known in plans.ids_of(cell.home)])


def perform_show(cell: Cell, request: ShowRequest) -> plan_results.Result:
    """The operation `plan show`. Looks only; raises what `plans.find` and `plan_state.read` raise."""
    return plan_results.result(plan_state.read(cell.home, plans.find(cell.home, request.plan)))


def perform_stop(cell: Cell, request: StopRequest) -> plan_results.Result:
    """The operation `plan stop`: nothing more is started, and what lives is stopped. Returns once that is done.

    Killed in between, the next process that brings the plan on goes on with it.
    """
    plan = _to_change(cell, "plan stop", request.plan)
    stop(cell.home, plan, cell.caller.word(), request.grace, _hands(cell.home, plan))
    return plan_results.result(plan_state.read(cell.home, plan))


def stop(home: str, plan: str, by: str, grace: float, hands: plan_advance.Hands) -> None:
    """Seal that the plan is stopped, and stop what lives; nothing of one that is over.

    Raises what `advance` raises, and TryAgain where another process brings the plan on for a minute: that one stops
    what lives.
    """
    if plan_state.read(home, plan).verdict().over:
        return
    plans.seal_stopped(home, plan, by, grace)
    if not plan_advance.advance(home, plan, hands, PATIENCE) and plan_results.listed(home, plan).live:
        words = f"the plan {plan} starts nothing any more, and another process is still to stop what lives"
        raise TryAgain(words, f"workcell plan show {plan}")


def perform_retry(cell: Cell, request: RetryRequest) -> plan_results.Result:
    """The operation `plan retry`: entries that failed or are blocked get new runs.

    Raises Refused for a plan that was stopped, and for an entry that lives or passed; Usage for a name that there is
    not; TryAgain where another process keeps the plan for a minute.
    """
    plan = _to_change(cell, "plan retry", request.plan)
    retry(cell.home, plan, request, cell.caller.word(), _hands(cell.home, plan))
    return plan_results.result(plan_state.read(cell.home, plan))


def retry(home: str, plan: str, request: RetryRequest, by: str, hands: plan_advance.Hands) -> None:
    """Put the retry on record, under the lock of the plan, and bring it on. Raises what `perform_retry` raises."""
    lock = plans.take(home, plan, PATIENCE)
    if lock is None:
        raise TryAgain(f"the plan {plan} is brought on at this moment", "give the same command again")
    try:
        state = plan_state.read(home, plan)
        names = _retried(state, request)
        line: PlanAction = {
            "n": 0,
            "at": "",
            "act": "retry",
            "entries": names,
            "budget_usd": request.budget,
            "by": by,
        }
        plans.append(home, plan, state.lines, line)
        plans.mark(home, plan, over=False)
        if by == "person":
            _acknowledge(state, names)
    except OSError as error:
        raise InputOutput(f"the plan {plan} cannot be written: {error.strerror}", "free some disk space") from error
    finally:
        os.close(lock)
    plan_advance.advance(home, plan, hands, PATIENCE)


def _acknowledge(state: plan_state.State, names: list[str]) -> None:
    """A person who has entries launched anew has seen how their runs ended: those need no person any more.

    What the disk refuses stays on the list, and `ack` takes it off.
    """
    lanes = [lane for lane in state.runs if lane[0] in names]
    for run in (run for lane in lanes for run in state.runs[lane]):
        seen = look.at(find.path_of(state.home, run))
        if seen.phase == phase.DONE:
            try:
                acks.place(state.home, run, seen.n)
            except OSError:
                return


def _retried(state: plan_state.State, request: RetryRequest) -> list[str]:
    if state.known.stopped:
        raise Refused(
            f"{state.id} was stopped, and starts nothing any more",
            f"workcell launch {shlex.quote(state.plan['file'])} --again",
        )
    states = state.verdict().states
    unknown = [name for name in request.entries if name not in states]
    if unknown:
        raise Usage(f"{state.id} has no entry {unknown[0]!r}", f"its entries: {', '.join(states)}")
    names = list(request.entries) or [
        name for name, word in states.items() if word not in (*OVER, "running", "waiting", "skipped")
    ]
    for name in names:
        if states[name] in (*OVER, "running"):
            cure = f"workcell plan show {state.id}"
            raise Refused(f"the entry {name!r} is {states[name]}: there is nothing to launch anew", cure)
    if not names and request.budget is None:
        raise Refused(f"nothing of {state.id} is blocked or has failed", f"workcell plan show {state.id}")
    return names


def _to_change(cell: Cell, operation: str, word: str) -> str:
    """The id of the plan that is meant. Refused from inside a run that is not above the plan."""
    plan = plans.find(cell.home, word)
    who = cell.caller
    found = plan_state.read(cell.home, plan)
    if who.inside and not all(_below(cell.home, found.plan, os.path.basename(run)) for run in who.runs):
        raise access.refusal(who, operation, f"'workcell {operation}' reaches only plans that this run launched")
    return plan


def _below(home: str, plan: Plan, run: str) -> bool:
    parent = plan["parent"]
    if parent is None:
        return False
    return parent["run"] == run or family.descends_from(home, parent["run"], run)
