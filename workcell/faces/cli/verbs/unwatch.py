"""workcell unwatch"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call
from workcell.together import watching as op

app = typer.Typer(add_completion=False)


@app.command()
def unwatch(
    watches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WATCH|RUN]...", help="Ids of watches, or the runs that are watched."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every watch of the run around the caller.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Take watches back. From outside of runs it takes those of every run, and tells the run that watched."""
    found: op.UnwatchResult = call.perform("unwatch", op.UnwatchRequest(tuple(watches or ()), everything))
    if as_json:
        call.show("unwatch", found)
        return
    for one in found.watches:
        print(f"{one.id} {one.by} does not watch {one.run} any more")
