"""workcell claim"""

from typing import Annotated

import typer

from workcell.base import clock
from workcell.faces.cli import arguments, call, out
from workcell.together import claim as op

app = typer.Typer(add_completion=False)

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH...]", help="Files and directories in the tree; none for the whole tree."),
]


@app.command()
def claim(
    paths: Paths = None,
    why: Annotated[str | None, typer.Option(metavar="TEXT", help="What for, told to those in whose way it is.")] = None,
    length: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="How long, e.g. 20m; without it, until the attempt ends."),
    ] = None,
    wait: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long to wait for claims of others, e.g. 10m.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """From inside a run: say that it edits these paths. Other runs in the tree are kept from them.

    'workcell lock WHY' is the same for the whole tree.
    """
    seconds = arguments.duration("--for", length)
    found: op.Result = call.perform(
        "claim", op.Request(tuple(paths or ()), why, seconds, arguments.duration("--wait", wait) or 0.0)
    )
    if as_json:
        call.show("claim", found)
        return
    until = f" until {clock.local(clock.parse(found.until))}" if found.until else ""
    what = "the whole tree" if found.paths == ["."] else ", ".join(map(out.safe, found.paths))
    print(f"claimed{until}: {what}")
