"""workcell compact"""

import typer

from workcell.faces.cli import arguments, call, message_status
from workcell.together import own_command as op

app = typer.Typer(add_completion=False)


@app.command()
def compact(run: arguments.Run, as_json: arguments.Json = False) -> int:
    """Have the agent's program compact its conversation: once it is idle, or before its next turn."""
    return message_status.tell_own(call.perform("compact", op.CompactRequest(run)), "compact", as_json)
