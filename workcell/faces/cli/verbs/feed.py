"""workcell feed"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, feed_lines, out
from workcell.views import feed as op

app = typer.Typer(add_completion=False)


@app.command()
def feed(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until it is interrupted.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", help="Only so many of the last ones.", min=1)] = op.LAST,
    since: Annotated[str | None, typer.Option(help="Only what happened in the last so long, e.g. 2h.")] = None,
    tools: Annotated[bool, typer.Option("--tools", help="Also the calls of tools.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="Only runs, no sessions outside of them.")] = False,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON line each.")] = False,
) -> None:
    """Show what is worth knowing by time: prompts, ends of turns, approvals, failures, results.

    Of all runs, and of the conversations outside of them that changed in the last day.
    """
    count = 0
    request = op.Request(
        follow=follow,
        last=last,
        since=arguments.duration("--since", since),
        tools=tools,
        only_runs=runs,
    )
    for event in call.perform("feed", request):
        count += 1
        if as_lines:
            sys.stdout.buffer.write(out.encoded(event, one_line=True))
            sys.stdout.buffer.flush()
        else:
            for line in feed_lines.of(event, out.columns()):
                print(line, flush=True)
    if not (count or as_lines):
        out.say("nothing happened of late; 'workcell sessions' lists older conversations")
