"""workcell what"""

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import what as op

app = typer.Typer(add_completion=False)


@app.command()
def what(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Say in three lines what a run does now, what it did last, and what it was asked last."""
    found: op.Result = call.perform("what", op.Request(run))
    if as_json:
        call.show("what", found)
        return
    for label, text in (("now", found.now), ("recently", found.recently), ("asked", found.asked)):
        print(f"{label:<9} {out.safe(text)}")
