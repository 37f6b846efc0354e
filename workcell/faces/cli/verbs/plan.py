"""workcell plan"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, plan_output
from workcell.texts import fields
from workcell.together import plan_requests as op
from workcell.together import plan_results as results

app = typer.Typer(add_completion=False, no_args_is_help=True)

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="The plan: its id, its name, or the begin of its id.")]


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the plans, oldest first."""
    found: results.Listed = call.perform("plan ls", op.ListRequest())
    if as_json:
        call.show("plan ls", found)
        return
    for line in plan_output.table(found.plans, out.columns()):
        print(line)


@app.command("show")
def show(plan: Plan, as_json: arguments.Json = False) -> None:
    """Draw the graph of a plan: what needs what, and how each entry stands."""
    found: results.Result = call.perform("plan show", op.ShowRequest(plan))
    _tell("plan show", found, as_json)


@app.command("stop")
def stop(
    plan: Plan,
    grace: Annotated[str, typer.Option(help="How long each agent may take to end before it is killed.")] = "10s",
    as_json: arguments.Json = False,
) -> None:
    """Start no more of a plan, and stop what lives. It is not started again."""
    seconds = fields.parse_duration(grace)
    if seconds is None and grace != "0s":
        raise Usage(f"{grace!r} is not a duration", "write it like 10s or 2m")
    found: results.Result = call.perform("plan stop", op.StopRequest(plan, seconds or 0.0))
    _tell("plan stop", found, as_json)


@app.command("retry")
def retry(
    plan: Plan,
    entries: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ENTRY...]", help="Entries; without any, all that are blocked or did not pass."),
    ] = None,
    budget: Annotated[
        float | None, typer.Option(metavar="USD", min=0, help="How many US dollars all runs may report from now on.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Launch entries anew that are blocked or did not pass; what needs them follows."""
    found: results.Result = call.perform("plan retry", op.RetryRequest(plan, tuple(entries or ()), budget))
    _tell("plan retry", found, as_json)


def _tell(operation: str, found: results.Result, as_json: bool) -> None:
    if as_json:
        call.show(operation, found)
    else:
        plan_output.show(found)
