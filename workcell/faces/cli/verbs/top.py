"""workcell top"""

import os
import shlex
import sys
from typing import Annotated

import typer

from workcell.faces.cli import call, out, runs
from workcell.views import ls as op

app = typer.Typer(add_completion=False)


@app.command()
def top(group: Annotated[str | None, typer.Option(help="Only the runs of this group.")] = None) -> int:
    """Show the runs live, those that need you first, and act on them by keys; ? lists the keys, q ends this."""

    def ask() -> op.Result:
        found: op.Result = call.perform("top", op.Request(group=group))
        return found

    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        runs.live(ask)
        return 0
    try:
        from workcell.faces.tui import app as tui
    except ModuleNotFoundError as error:
        if error.name not in ("textual", "rich"):
            raise
        runs.live(ask)
        out.say(f"{out.paint('hint:', '1', sys.stderr)} keys to act in this list: {_cure()}")
        return 0
    return tui.run(ask)


def _cure() -> str:
    """The command that installs what the list with keys needs."""
    return f"{shlex.quote(sys.executable)} -m pip install 'textual>=8.2'"
