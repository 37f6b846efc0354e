"""workcell fsck"""

import sys
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.upkeep import fsck as op

app = typer.Typer(add_completion=False)


@app.command()
def fsck(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN...]", help="Only these runs; all by default.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Write status.json, and records that stand in the ledger, anew.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take files of RUN that changed since they were written as they are now.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --accept: do not ask.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Check run directories against the format and their ledgers. 1 if anything is wrong."""
    request = op.Request(tuple(runs or ()), rebuild, accept)
    if accept:
        call.admit("fsck", {"accept": True})
        _ask_to_accept(request.runs, yes)
    found: op.Result = call.perform("fsck", request)
    bad = [report for report in found.runs if report.problems]
    bad_plans = [report for report in found.plans if report.problems]
    if as_json:
        call.show("fsck", found)
        return 1 if bad or bad_plans else 0
    for report in found.runs:
        for line in report.mended:
            out.line(f"{report.id}: {out.safe(line)}")
        for line in report.problems:
            out.line(f"{report.id}: {out.paint(out.safe(line), '31')}")
        for line in report.foreign:
            out.line(f"{report.id}: {out.safe(line)}")
    for plan in found.plans:
        for line in plan.mended:
            out.line(f"plan {out.safe(plan.id)}: {out.safe(line)}")
        for line in plan.problems:
            out.line(f"plan {out.safe(plan.id)}: {out.paint(out.safe(line), '31')}")
    wrong = f", and {out.count(len(bad_plans), 'plan')}" if bad_plans else ""
    out.say(f"{out.count(found.checked, 'run')} checked, {len(bad)} with problems{wrong}")
    return 1 if bad or bad_plans else 0


def _ask_to_accept(runs: tuple[str, ...], yes: bool) -> None:
    """Show what would be accepted, and ask for it on a terminal. Usage without a run, or a terminal."""
    if not runs:
        raise Usage("--accept needs RUN", "name the runs whose files you have looked at")
    for report in call.perform("fsck", op.Request(runs)).runs:
        for line in [*report.problems, *report.foreign]:
            out.say(f"{report.id}: {out.safe(line)}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise Usage("there is no terminal to ask at", "look at the files named above, then add --yes")
    typer.confirm("Take these files as they are now?", abort=True, err=True)
