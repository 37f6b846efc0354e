"""workcell screen"""

import sys
from typing import Annotated, Any

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.views import screen as op

app = typer.Typer(add_completion=False)

FORMS = ("text", "ansi", "svg")


@app.command()
def screen(
    run: arguments.Run,
    form: Annotated[
        str | None, typer.Option("--as", help="text, ansi or svg; else text, in colours on a terminal.")
    ] = None,
    attempt: Annotated[int | None, typer.Option(help="Another attempt than the current one.", min=1)] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="What it showed then: 14:05, or +12m after its start.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Show what the terminal of a run shows now, showed at its end, or showed at a time."""
    if form is not None and form not in FORMS:
        raise Usage(f"no such form: {form!r}", f"one of {', '.join(FORMS)}")
    chosen: Any = form or ("ansi" if out.coloured() and not as_json else "text")
    found: op.Result = call.perform("screen", op.Request(run, chosen, attempt, at))
    if as_json:
        call.show("screen", found)
        return
    sys.stdout.write(found.content)
    if not found.content:
        out.say("workcell: the screen is blank")
