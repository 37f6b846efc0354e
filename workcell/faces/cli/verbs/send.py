"""workcell send"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, message_status
from workcell.together import send as op

app = typer.Typer(add_completion=False)


@app.command()
def send(
    run: arguments.Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message; - reads it from standard input.")],
    sequential: Annotated[bool, typer.Option("--sequential", help="When the agent is idle (the default).")] = False,
    important: Annotated[bool, typer.Option("--important", help="After the turn that runs.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="At once: the turn that runs is interrupted.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Put a message before the agent; never into a dialog or a half-typed line."""
    if sequential + important + urgent > 1:
        raise Usage("--sequential, --important and --urgent exclude each other", "give one of them, or none")
    words = op.read("-") if text == "-" else text
    request = op.Request(run, words, "urgent" if urgent else "important" if important else "sequential")
    return message_status.tell(call.perform("send", request), "send", as_json)
