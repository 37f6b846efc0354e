"""workcell attach"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, foreground

app = typer.Typer(add_completion=False)


@app.command()
def attach(
    run: arguments.Run,
    read_only: Annotated[bool, typer.Option("--read-only", "-r", help="Look, and type nothing.")] = False,
) -> int:
    """Open a window onto the agent's terminal; closing it ends nothing.

    Its status line says which keys leave it. 0 once a window was open, and for a run that is over, however it ended;
    77 for one that has no agent yet or any more and is not over.
    """
    return foreground.attach(run, read_only)
