"""workcell events"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import events as op

app = typer.Typer(add_completion=False)


@app.command()
def events(
    run: arguments.Run,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run is over.")] = False,
) -> None:
    """Show what happened, one JSON line each."""
    stream: op.Stream = call.perform("events", op.Request(run, follow))
    for event in stream:
        sys.stdout.buffer.write(out.encoded(event, one_line=True))
        sys.stdout.buffer.flush()
    if stream.bad:
        out.say(f"workcell: {stream.bad} lines of events.jsonl are not JSON and were skipped")
