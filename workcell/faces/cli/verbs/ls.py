"""workcell ls"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import out, runs
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
        runs.live(lambda: face.perform("ls", request))
        return
    found: op.Result = face.perform("ls", request)
    if as_json:
        face.show("ls", found)
    elif quiet:
        for run in found.runs:
            print(run["id"])
    elif not found.runs:
        where = f" in group {out.safe(group)!r}" if group else " yet; 'workcell launch BRIEF' makes the first"
        out.say(f"no runs{where}")
    else:
        for line in runs.lines(found, out.columns()):
            print(line)
        if found.hidden:
            out.say(f"and {found.hidden} older runs that are over; --all shows them")
    if found.warning is not None:
        out.say(f"{out.paint('workcell:', '33;1', sys.stderr)} {out.safe(found.warning)}")
        out.say("hint: workcell doctor --as-cron")
