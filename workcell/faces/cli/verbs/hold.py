"""workcell hold"""

from typing import Annotated

import typer

from workcell.accounts import hold as op
from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, several
from workcell.texts import fields

app = typer.Typer(add_completion=False)


@app.command()
def hold(
    runs: several.Runs = None,
    group: several.Group = None,
    label: several.Label = None,
    length: Annotated[str | None, typer.Option("--for", help="How long, e.g. 2h; without it, until release.")] = None,
    why: Annotated[str | None, typer.Option(help="A word for the one who looks at it later.")] = None,
    as_json: arguments.Json = False,
) -> int:
    """Keep the watchdog away from runs; their agents are not touched."""
    seconds = fields.parse_duration(length) if length else None
    if length and not seconds:
        raise Usage(f"{length!r} is not a duration", "write it like 90s or 2h")

    def show(done: op.Held) -> None:
        out.line(f"{done.id} held" + (f" until {out.when(done.until_at)}" if done.until_at else ""))

    return several.each(
        several.Chosen(runs or [], group, label or [], live=True),
        "hold",
        lambda run: call.perform("hold", op.HoldRequest(run, seconds, why)),
        show,
        op.HeldAll if as_json else None,
    )
