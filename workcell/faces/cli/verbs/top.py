"""workcell top"""

from typing import Annotated

import typer

from workcell.faces.cli import call, runs
from workcell.views import ls as op

app = typer.Typer(add_completion=False)


@app.command()
def top(group: Annotated[str | None, typer.Option(help="Only the runs of this group.")] = None) -> None:
    """Show the runs live, those that need you first, until q."""
    runs.live(lambda: call.perform("top", op.Request(group=group)))
