"""workcell hold"""

from typing import Annotated

import typer

from workcell.accounts import hold as op
from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call
from workcell.texts import fields

app = typer.Typer(add_completion=False)


@app.command()
def hold(
    run: arguments.Run,
    length: Annotated[str | None, typer.Option("--for", help="How long, e.g. 2h; without it, until release.")] = None,
    why: Annotated[str | None, typer.Option(help="A word for the one who looks at it later.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Keep the watchdog away from a run; its agent is not touched."""
    seconds = fields.parse_duration(length) if length else None
    if length and not seconds:
        raise Usage(f"{length!r} is not a duration", "write it like 90s or 2h")
    done: op.Held = call.perform("hold", op.HoldRequest(run, seconds, why))
    if as_json:
        call.show("hold", done)
    else:
        print(f"{done.id} held" + (f" until {done.until_at}" if done.until_at else ""))
