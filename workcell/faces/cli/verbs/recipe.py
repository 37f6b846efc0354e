"""workcell recipe"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, grid, out
from workcell.rundir import layout
from workcell.upkeep import recipe_catalog as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the recipes that can be used here."""
    ignored: list[str] = []
    found = op.ls(layout.home(), ignored.append)
    for line in ignored:
        out.say(f"workcell: {out.safe(line)}")
    if as_json:
        face.document("recipe-ls", {"recipes": found})
        return
    columns = (
        grid.Column("NAME"),
        grid.Column("SUMMARY", least=16),
        grid.Column("IO", goes=2),
        grid.Column("FROM", goes=1),
    )
    grid.show(
        columns,
        (
            [(row["name"], "1"), (row["summary"] or "-", "0"), (row["io"] or "-", "0"), (row["origin"], "90")]
            for row in found
        ),
    )


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="RECIPE", help="Its name.")],
    sh: Annotated[bool, typer.Option("--sh", help="The shell commands that do the same by hand, for --brief.")] = False,
    brief: Annotated[str | None, typer.Option(help="With --sh: the brief.")] = None,
    repo: Annotated[str | None, typer.Option(help="With --sh: the working tree.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Show a recipe with all that it extends filled in, or as commands to paste."""
    if sh:
        if brief is None:
            raise Usage("--sh needs a brief", f"workcell recipe show {name} --sh --brief BRIEF.md")
        text = op.by_hand(layout.home(), name, brief, repo)
        if as_json:
            face.document("recipe-show", {"name": name, "sh": text})
        else:
            print(text, end="")
        return
    found = op.show(layout.home(), name)
    if as_json:
        face.document("recipe-show", found)
    else:
        print(out.body(found["text"]), end="")


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Recipe files.")], as_json: arguments.Json = False) -> int:
    """Check recipe files: every fault, with its line and cure. 1 if there is any."""
    faults = op.lint(layout.home(), files)
    if as_json:
        face.document("recipe-lint", {"faults": faults})
    else:
        for fault in faults:
            print(out.safe(fault))
    return 1 if faults else 0
