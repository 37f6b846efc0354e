"""workcell clear"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, message_status
from workcell.together import own_command as op

app = typer.Typer(add_completion=False)


@app.command()
def clear(
    run: arguments.Run,
    force: Annotated[
        bool, typer.Option("--force", help="Also in an open turn, which a terminal is made to end.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Begin a new conversation with the next turn; brief, handoff and artifacts of the run stay."""
    return message_status.tell_own(call.perform("clear", op.ClearRequest(run, force)), "clear", as_json)
