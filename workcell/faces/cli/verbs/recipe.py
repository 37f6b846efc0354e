"""workcell recipe"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.upkeep import recipe_catalog as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the recipes that can be used here."""
    found: op.Listed = call.perform("recipe ls", op.LsRequest())
    for line in found.ignored:
        out.say(f"workcell: {out.safe(line)}")
    if as_json:
        call.show("recipe ls", found)
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
            [(row.name, "1"), (row.summary or "-", "0"), (row.io or "-", "0"), (row.origin, "90")]
            for row in found.recipes
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
    found: op.Shown | op.ByHand = call.perform("recipe show", op.ShowRequest(name, sh, brief, repo))
    if as_json:
        call.show("recipe show", found)
    elif isinstance(found, op.ByHand):
        print(found.sh, end="")
    else:
        print(out.body(found.text), end="")


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Recipe files.")], as_json: arguments.Json = False) -> int:
    """Check recipe files: every fault, with its line and cure. 1 if there is any."""
    found: op.LintResult = call.perform("recipe lint", op.LintRequest(tuple(files)))
    if as_json:
        call.show("recipe lint", found)
    else:
        for fault in found.faults:
            out.line(out.safe(fault))
    return 1 if found.faults else 0
