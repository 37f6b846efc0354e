"""workcell logs"""

import sys
from typing import Annotated

import typer

from workcell.base.errors import NotFound
from workcell.faces.cli import arguments
from workcell.rundir import layout, look
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
    path = arguments.run(run)
    seen = look.at(path)
    n = attempt or seen.n
    directory = layout.attempt(path, n)
    if not op.born(path, n):
        raise NotFound(f"{seen.id} has no attempt {n}", f"workcell status {seen.id}")
    if raw:
        for data in op.follow_raw(path, n, number, stderr) if follow else op.raw_tail(directory, number, stderr):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        return
    for line in op.follow(path, n, number, stderr) if follow else op.readable(directory, number, stderr):
        print(line, flush=follow)
