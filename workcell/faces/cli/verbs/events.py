"""workcell events"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import call, event_lines, out
from workcell.views import events as op

app = typer.Typer(add_completion=False)

_RUN = typer.Argument(metavar="[RUN]", help="An id, a name, a unique prefix, a path, or - for the newest.")
_KIND = typer.Option(
    metavar="KIND", help="Only these kinds, e.g. tool.call,turn.completed; tool stands for all that begin with it."
)


@app.command()
def events(
    run: Annotated[str | None, _RUN] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run is over.")] = False,
    after: Annotated[int | None, typer.Option(help="Only events with a greater number.", min=0)] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", help="At most so many: the next with --after, else the last.", min=1)
    ] = None,
    kind: Annotated[list[str] | None, _KIND] = None,
    all_runs: Annotated[
        bool, typer.Option("--all", "-a", help="Of all runs by time; with -f, those from now on, of live runs.")
    ] = False,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON line each, also on a terminal.")] = False,
) -> None:
    """Show what happened, a line each: to read on a terminal, else as JSON."""
    kinds = tuple(word for several in kind or () for word in several.split(",") if word)
    stream: op.Stream = call.perform("events", op.Request(run, follow, after, limit, kinds, all_runs))
    lines = None if as_lines or not sys.stdout.isatty() else event_lines.Lines(with_run=all_runs)
    for event in stream:
        if lines is None:
            sys.stdout.buffer.write(out.encoded(event, one_line=True))
            sys.stdout.buffer.flush()
        else:
            for line in lines.of(event, out.columns()):
                print(line, flush=follow)
    if stream.bad:
        out.say(f"workcell: {out.count(stream.bad, 'line')} of events.jsonl skipped: not JSON")
