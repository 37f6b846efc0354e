"""workcell status"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, show
from workcell.views import status as op

app = typer.Typer(add_completion=False)


@app.command()
def status(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="The runs; without one, the overview.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Show the state of runs and what it rests on; without RUN, what is so in the whole home."""
    found = call.perform("status", op.Request(tuple(runs or ())))
    if as_json:
        call.show("status", found)
    else:
        show.any_status(found)
