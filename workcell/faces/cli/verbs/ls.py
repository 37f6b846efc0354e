"""workcell ls"""

from typing import Annotated

import typer

from workcell.faces.cli import call, runs, show
from workcell.views import ls as op

app = typer.Typer(add_completion=False)


@app.command()
def ls(
    everything: Annotated[bool, typer.Option("--all", "-a", help="Also the older runs that are over.")] = False,
    group: Annotated[str | None, typer.Option(help="Only the runs of this group.")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Live, until q.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the ids.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List runs, those that need you first."""
    request = op.Request(everything, group)
    if watch:
        runs.live(lambda: call.perform("ls", request))
        return
    found: op.Result = call.perform("ls", request)
    if as_json:
        call.show("ls", found)
    elif quiet:
        for run in found.runs:
            print(run["id"])
    else:
        show.ls(found, group)
    show.warning(found)
