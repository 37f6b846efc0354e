"""workcell ack"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.upkeep import ack as op

app = typer.Typer(add_completion=False)


@app.command()
def ack(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="The runs; they must be over.")] = None,
    group: Annotated[str | None, typer.Option(help="Also every run of this group that is over.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Also every run with this label that is over.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Say that the end of runs was seen: they need you no more, and 'ls --unseen' leaves them out."""
    done: op.Result = call.perform("ack", op.Request(tuple(runs or ()), group, tuple(label or ())))
    if as_json:
        call.show("ack", done)
        return
    for one in done.runs:
        word, code = out.state(one.outcome or "done")
        out.line(f"{one.id} {out.paint(word, code)}, {'acknowledged' if one.new else 'was acknowledged before'}")
