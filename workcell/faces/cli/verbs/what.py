"""workcell what"""

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import given, out
from workcell.ops import what as op

app = typer.Typer(add_completion=False)


@app.command()
def what(run: given.Run, as_json: given.Json = False) -> None:
    """Say in three lines what a run does now, what it did last, and what it was asked last."""
    found = op.what(given.run(run))
    if as_json:
        face.document("what", found)
        return
    for label in ("now", "recently", "asked"):
        print(f"{label:<9} {out.safe(found[label])}")
