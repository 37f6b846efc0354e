"""workcell path"""

import os
import sys
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import path as op

app = typer.Typer(add_completion=False)


@app.command()
def path(
    run: arguments.Run,
    run_dir: Annotated[bool, typer.Option("--run-dir", help="The directory of the run's records.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Print the working tree of a run: cd "$(workcell path RUN)"."""
    found: op.Result = call.perform("path", op.Request(run, run_dir))
    if as_json:
        call.show("path", found)
    elif sys.stdout.isatty():
        print(out.safe(found.path))
    else:
        sys.stdout.buffer.write(os.fsencode(found.path) + b"\n")
        sys.stdout.buffer.flush()
