"""How a plan is shown: its graph with the state of each entry, and what it needs from a person."""

import shlex
import sys
import time
from collections.abc import Sequence

from workcell.faces.cli import call, grid, next_commands, out, plan_drawing, wrap
from workcell.faces.cli import dry_run as intent
from workcell.launch.stalled_plans import Stalled
from workcell.rundir import layout, phase
from workcell.terminal import printable
from workcell.together import plan_requests, plan_results

LOOK = 0.5
"""Seconds between two looks of a wait."""


_COLUMNS = (
    grid.Column("PLAN"),
    grid.Column("STATE"),
    grid.Column("ENTRIES"),
    grid.Column("COST", goes=2),
    grid.Column("LAUNCHED", goes=1),
)


def table(plans: Sequence[plan_results.PlanRow], width: int) -> list[str]:
    """The list of plans: a table, or, where its words do not fit, the words of each plan below its id."""
    rows: list[list[grid.Cell]] = []
    below: list[str] = []
    for plan in plans:
        counts = ", ".join(f"{number} {word}" for word, number in plan.entries.items())
        cost = f"${plan.cost_usd:g}" if plan.cost_usd else ""
        when = out.when(plan.launched_at) if plan.launched_at else ""
        (word, code), said = out.state(plan.state), plan.problem or counts
        rows.append([(plan.id, "1"), (word, code), (said, "0"), (cost, "0"), (when, "90")])
        below.append(out.paint(out.safe(plan.id), "1"))
        figures = "; ".join(text for text in (said, cost, when and f"launched {when}") if text)
        below += wrap.filled(f"  {out.paint(word, code)}  ", out.safe(figures), width)
    lines = grid.fitted(_COLUMNS, rows, width)
    fits = all(wrap.width_of(line) <= width for line in lines)
    return lines if fits else below


def show(plan: plan_results.Result) -> None:
    """Print the plan: how it stands, its graph, and the cures of what is blocked."""
    word, code = out.state(plan.state)
    head = f"{plan.plan}  {out.paint(word, code)}  {_figures(plan)}"
    out.line(head)
    rows = {row.name: row for row in plan.entries}
    drawn = plan_drawing.rails(
        {name: row.needs for name, row in rows.items()}, [name for name, row in rows.items() if row.race]
    )
    wide = max(printable.width(f"{rail} {name}") for name, rail in drawn)
    for name, rail in drawn:
        row = rows[name]
        word, code = out.state(row.state)
        pad = " " * (wide - printable.width(f"{rail} {name}"))
        out.line(f"{rail} {out.safe(name)}{pad}  {out.paint(f'{word:<10}', code)}  {out.safe(_about(row))}".rstrip())
    for row in plan.entries:
        if row.why:
            out.line(f"{out.safe(row.name)} is blocked: {out.safe(row.why)}")
            if row.files:
                out.line(f"  files in conflict: {out.safe(', '.join(row.files))}")
            if row.hint:
                out.line(f"  hint: {out.safe(row.hint)}")
    blocked = any(row.state == "blocked" for row in plan.entries)
    if not blocked:
        for row in plan.entries:
            if row.state in _ENDED_BADLY and row.run:
                out.line(f"{out.safe(row.name)} {row.state}: workcell why {row.run}")
    if plan.cure:
        words = "once that is cured" if blocked else "to launch it anew"
        out.line(f"{words}: {out.safe(plan.cure)}")


_ENDED_BADLY = ("failed", "tampered", "abandoned")
_TO_RETRY = (*_ENDED_BADLY, "blocked", "stopped", "gone")


def _figures(plan: plan_results.Result) -> str:
    words = [f"{plan.live} live" + (f" of at most {plan.max_live}" if plan.max_live else "")]
    if plan.budget_usd is not None:
        words.append(f"${plan.cost_usd:g} of ${plan.budget_usd:g}")
    return ", ".join(words)


def _about(row: plan_results.Row) -> str:
    """What is worth knowing of an entry in a few words."""
    words = [row.run] if row.run else []
    if row.state == "running" and row.phase not in (None, phase.STARTING, phase.RUNNING, phase.FINISHING):
        words[-1:] = [f"{row.run}, which is {row.phase}"]
    if row.won:
        words.append(f"{row.won} won the race of {', '.join(row.race)}")
    elif row.race:
        words.append(f"race of {', '.join(row.race)}")
    if row.state == "waiting" and row.needs:
        words.append(f"needs {', '.join(row.needs)}" + (" to be over" if row.when == "ended" else ""))
    return "  ".join(words)


def launched(plan: plan_results.Result, *, wait: bool, as_json: bool) -> int:
    """Show a plan that was just launched, and with `wait` stay until it is over; the exit code."""
    if plan.found and not as_json:
        _say_found(plan)
    if not as_json:
        print(plan.plan, flush=True)
    code = 0
    if wait:
        plan = _stay(plan)
        code = 0 if plan.state == "passed" else 1
    if as_json:
        call.show("plan show", plan)
    elif wait or sys.stdout.isatty():
        show(plan)
    return code if wait else 0


def _say_found(plan: plan_results.Result) -> None:
    """Say that the plan of the launch file was there, how it stands where it needs a person, and the commands for it.

    Of a plan that was stopped the only command is the one for a new plan.
    """
    anew = f"workcell launch {shlex.quote(plan.file)} --again"
    if plan.state == "stopped":
        out.say(f"workcell: the plan {plan.plan} was stopped: --again makes a new one")
        return
    bad = [row for row in plan.entries if row.state in _TO_RETRY]
    if plan.cure is None or not bad:
        out.say(f"workcell: the plan {plan.plan} is there already: --again makes a new one")
        return
    out.say(f"workcell: the plan {plan.plan} is there already:")
    for row in bad:
        why = f": {row.why}" if row.why else ""
        out.say(f"  {out.safe(row.name)} {'is blocked' if row.state == 'blocked' else row.state}{out.safe(why)}")
    next_commands.say([(plan.cure, "launches that anew"), (out.safe(anew), "makes a new plan")])


def _stay(plan: plan_results.Result) -> plan_results.Result:
    stalled = Stalled(layout.home())
    try:
        while plan.state == "running":
            time.sleep(LOOK)
            stalled.look(plan.plan)
            plan = call.perform("plan show", plan_requests.ShowRequest(plan.plan))
    except KeyboardInterrupt:
        out.say(f"workcell: the plan {plan.plan} goes on")
        waits, ends = f"workcell wait {plan.plan}", f"workcell plan stop {plan.plan}"
        next_commands.say([(waits, "waits for it again"), (ends, "stops it and its runs")])
        raise
    return plan


def dry_run(found: plan_results.DryRun) -> None:
    """Print what a plan would launch: the order, then each run with all that would be launched."""
    out.line(out.paint(f"== the plan {out.safe(found.name or '')}", "1"))
    for number, names in enumerate(found.order, 1):
        out.line(f"  {number}. {out.safe(', '.join(names))}")
    most = f"at most {found.max_live} live" if found.max_live else "as many live as can"
    out.line(f"  {most}; once one failed: {found.on_failure}")
    for one in found.runs:
        print()
        print(out.paint(f"== {out.safe(one.asked_at)}: {out.safe(str(one.values['objective']))}", "1"))
        intent.show(one)
