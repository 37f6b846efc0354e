"""workcell children"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out, runs
from workcell.rundir import find
from workcell.views import children as op

app = typer.Typer(add_completion=False)


@app.command()
def children(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="The run; inside a run, that one where none is named.")
    ] = find.SELF,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Also the children of children, and so on.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the ids.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """List the runs that were launched from inside of a run, the oldest first."""
    found: op.Result = call.perform("children", op.Request(run, everything))
    if as_json:
        call.show("children", found)
    elif quiet:
        for child in found.runs:
            print(child["id"])
    elif found.runs:
        for line in runs.tree(found.runs, out.columns()):
            print(line)
    else:
        out.say(f"{found.run} launched no run")
