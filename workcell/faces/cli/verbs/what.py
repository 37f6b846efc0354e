"""workcell what"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import what as op

app = typer.Typer(add_completion=False)


@app.command()
def what(
    run: arguments.Run,
    cached: Annotated[
        bool, typer.Option("--cached", help="Only the summary that is there: ask no command of 'summarize'.")
    ] = False,
    as_json: arguments.Json = False,
) -> None:
    """Say in three lines what a run does now, what it did last, and what it was asked last."""
    found: op.Result = call.perform("what", op.Request(run, cached))
    if as_json:
        call.show("what", found)
        return
    lines = [("Current:", found.now), ("Recent:", found.recently), ("Last prompt:", found.asked)]
    if found.summary:
        calls = out.count(found.summary_calls, "call")
        lines.append(("Summary:", f"{found.summary} ({calls} of the command that summarizes)"))
    for label, text in lines:
        print("\n".join(out.hanging(f"{label:<12} ", text, out.columns())))
