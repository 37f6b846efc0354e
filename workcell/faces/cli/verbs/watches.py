"""workcell watches"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.views import watches as op

app = typer.Typer(add_completion=False)

COLUMNS = (
    grid.Column("WATCHES", least=12),
    grid.Column("STATE", least=5),
    grid.Column("FOR"),
    grid.Column("UNTIL", goes=1),
    grid.Column("TOLD", least=12),
    grid.Column("ID", goes=2),
)


@app.command()
def watches(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The run that watches; inside a run, that one.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Those of every run, also inside a run.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the ids of the watches.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """List the open watches: which run is told of which, and until when."""
    found: op.Result = call.perform("watches", op.Request(run, everything))
    if as_json:
        call.show("watches", found)
    elif quiet:
        for one in found.watches:
            print(one.id)
    elif found.watches:
        grid.show(COLUMNS, [_row(one) for one in found.watches])
    else:
        out.say("no watch is open")


def _row(one: op.Row) -> list[grid.Cell]:
    return [
        (one.run, "1"),
        out.state(one.state),
        (one.wanted, "0"),
        (out.when(one.due_at) if one.due_at else "-", "0"),
        (one.by, "0"),
        (one.id, "90"),
    ]
