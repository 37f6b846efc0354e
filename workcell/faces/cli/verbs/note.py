"""workcell note"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.together import note as op
from workcell.together import send

app = typer.Typer(add_completion=False)


@app.command()
def note(
    run: arguments.Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; - reads it from standard input.")],
    as_json: arguments.Json = False,
) -> None:
    """Write a note beside a run, also beside one that is over. The agent is not told; 'events' and 'status' show it."""
    words = send.read("-") if text == "-" else text
    found: op.Result = call.perform("note", op.Request(run, words))
    if as_json:
        call.show("note", found)
        return
    print(f"noted beside {found.id}")
    if not found.written:
        out.say("workcell: it is kept, and stands in the events once the process that writes the run has taken it up")
