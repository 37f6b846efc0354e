"""workcell recipe"""

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import given, out
from workcell.ops import recipes as op
from workcell.rundir import layout

app = typer.Typer(no_args_is_help=True)


@app.command("ls")
def ls(as_json: given.Json = False) -> None:
    """List the recipes that can be used here."""
    found = op.ls(layout.home())
    if as_json:
        face.document("recipe-ls", {"recipes": found})
        return
    out.rows(
        ("NAME", "SUMMARY", "IO", "FROM"),
        (
            [(row["name"], "1"), (row["summary"] or "-", "0"), (row["io"] or "-", "0"), (row["origin"], "90")]
            for row in found
        ),
        1,
    )


@app.command("show")
def show(name: str, as_json: given.Json = False) -> None:
    """Show a recipe with all that it extends filled in."""
    found = op.show(layout.home(), name)
    if as_json:
        face.document("recipe-show", found)
    else:
        print(out.body(found["text"]), end="")


@app.command("lint")
def lint(paths: list[str], as_json: given.Json = False) -> int:
    """Check recipe files: every fault, with its line and cure. 1 if there is any."""
    faults = op.lint(layout.home(), paths)
    if as_json:
        face.document("recipe-lint", {"faults": faults})
    else:
        for fault in faults:
            print(out.safe(fault))
    return 1 if faults else 0
