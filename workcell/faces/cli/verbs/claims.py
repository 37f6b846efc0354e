"""workcell claims"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, claim_lines, out
from workcell.views import claims as op

app = typer.Typer(add_completion=False)

InTree = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="The run in whose tree; without it your own run, or the tree around you."),
]


@app.command()
def claims(run: InTree = None, as_json: arguments.Json = False) -> None:
    """List which run edits which paths of a working tree, and which waits for one."""
    found: op.Result = call.perform("claims", op.Request(run))
    if as_json:
        call.show("claims", found)
        return
    lines = claim_lines.of(found)
    for line in lines:
        out.line(line)
    if not lines:
        out.say(f"nothing is claimed in {out.safe(found.tree)}")
