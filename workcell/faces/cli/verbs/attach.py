"""workcell attach"""

from typing import Annotated

import typer

from workcell.faces.cli import given, watching
from workcell.rundir import layout

app = typer.Typer(add_completion=False)


@app.command()
def attach(
    run: given.Run,
    read_only: Annotated[bool, typer.Option("--read-only", "-r", help="Look, and type nothing.")] = False,
) -> int:
    """Open a window onto the agent's terminal; closing it ends nothing."""
    return watching.attach(layout.home(), given.run(run), read_only)
