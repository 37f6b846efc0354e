"""workcell logs"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import logs as op

app = typer.Typer(add_completion=False)


@app.command()
def logs(
    run: arguments.Run,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the attempt has ended.")] = False,
    number: Annotated[int | None, typer.Option("--lines", "-n", help="Only the last lines.", min=0)] = None,
    attempt: Annotated[int | None, typer.Option(help="Another attempt than the current one.", min=1)] = None,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes as they were written.")] = False,
    stderr: Annotated[
        bool, typer.Option("--stderr", help="What the agent wrote to standard error, if kept apart.")
    ] = False,
) -> None:
    """Show what the agent wrote, as lines to read: redrawn lines once, a full screen as its last frame."""
    silent = True
    for piece in call.perform("logs", op.Request(run, follow, number, attempt, raw, stderr)):
        silent = False
        if isinstance(piece, bytes):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        else:
            print(piece, flush=follow)
    if silent and number != 0:
        where = "nothing on standard error" if stderr else "nothing"
        out.say(f"workcell: the agent has written {where}{'' if follow else ' so far'}: workcell status {run}")
