"""workcell status"""

import typer

from workcell.faces.cli import arguments, call, show
from workcell.views import status as op

app = typer.Typer(add_completion=False)


@app.command()
def status(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Show the state of a run and what it rests on."""
    found: op.Result = call.perform("status", op.Request(run))
    if as_json:
        call.show("status", found)
    else:
        show.status(found)
