"""workcell unclaim"""

from typing import Annotated

import typer

from workcell.base.errors import NotFound
from workcell.faces.cli import arguments, call, out
from workcell.rundir import claim_words
from workcell.together import claim as op

app = typer.Typer(add_completion=False)


@app.command()
def unclaim(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH...]", help="What was claimed; none for all claims of the run.")
    ] = None,
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="Whose claims; inside a run its own, elsewhere it must be named.")
    ] = None,
    as_json: arguments.Json = False,
) -> int:
    """Give back what a run claims. 'workcell unlock' is the same."""
    found: op.Dropped = call.perform("unclaim", op.DropRequest(tuple(paths or ()), run))
    if as_json:
        call.show("unclaim", found)
    elif found.paths:
        print(
            "no longer claimed: " + ", ".join("the whole tree" if one == "." else out.safe(one) for one in found.paths)
        )
    else:
        out.say(f"{found.run} claims nothing")
    for one in found.missing:
        out.say(f"workcell: {out.safe(claim_words.not_claimed(found.run, one.path, one.run, one.claimed))}")
    return NotFound.exit_code if found.missing else 0
