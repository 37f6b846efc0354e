"""workcell replay"""

import os
import sys
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, playing
from workcell.views import replay as op

app = typer.Typer(add_completion=False)


@app.command()
def replay(
    run: arguments.RunOrSession,
    attempt: Annotated[int | None, typer.Option(help="Another attempt than the current one.", min=1)] = None,
    speed: Annotated[float, typer.Option("--speed", "-s", help="How much faster than it was.")] = 1.0,
    idle: Annotated[str, typer.Option("--idle", "-i", metavar="TIME", help="The longest pause.")] = "2s",
) -> None:
    """Play what the terminal of a run showed, or its conversation. Space pauses, + and - change the speed, q ends."""
    if not sys.stdout.isatty():
        raise Usage("replay plays in a terminal", f"workcell export {run} -o FILE.cast")
    longest = arguments.duration("--idle", idle) or 0.0
    size = os.get_terminal_size(sys.stdout.fileno())
    request = op.Request(run, attempt, speed, longest, size.columns or 80, size.lines or 24)
    steps = call.perform("replay", request)
    out.say(f"workcell: {playing.KEYS}")
    playing.Player().play(steps)
