"""workcell ls"""

import time
from typing import Annotated, Any

import typer

from workcell.base import clock
from workcell.faces.cli import app as face
from workcell.faces.cli import out
from workcell.ops import ls as op
from workcell.rundir import layout

app = typer.Typer()


@app.command()
def ls(
    everything: Annotated[bool, typer.Option("--all", "-a", help="Also the older runs that are over.")] = False,
    group: Annotated[str | None, typer.Option(help="Only the runs of this group.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the ids.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List runs, those that need you first."""
    found = op.ls(layout.home(), everything=everything, group=group)
    if as_json:
        face.document("ls", {"runs": found.runs, "hidden": found.hidden})
    elif quiet:
        for run in found.runs:
            print(run["id"])
    elif not found.runs:
        out.say("no runs yet; 'workcell launch BRIEF' makes the first")
    else:
        out.rows(("STATE", "NAME", "RECIPE", "ATT", "AGE", "OBJECTIVE", "ID"), (_row(run) for run in found.runs), 5)
        if found.hidden:
            out.say(f"and {found.hidden} older runs that are over; --all shows them")


def _row(run: dict[str, Any]) -> list[tuple[str, str]]:
    word, code = out.state(str(run["state"]))
    begun = run["started_at"] or run["written_at"]
    age = clock.span(max(0.0, time.time() - clock.parse(begun))) if begun else "-"
    return [
        (word, code),
        (run["name"] or "-", "1"),
        (run["recipe"] or "-", "0"),
        (str(run["attempt"] or "-"), "0"),
        (age, "0"),
        (run["objective"] or run["reason"] or "-", "0"),
        (run["id"], "90"),
    ]
