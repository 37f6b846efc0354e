"""workcell stop"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.finish import stop as op
from workcell.texts import fields

app = typer.Typer(add_completion=False)


@app.command()
def stop(
    run: arguments.Run,
    grace: Annotated[str, typer.Option(help="How long the agent may take to end before it is killed.")] = "10s",
    as_json: arguments.Json = False,
) -> None:
    """End a run: its agent is asked, then killed; a run that is over stays as it is."""
    seconds = fields.parse_duration(grace)
    if seconds is None and grace != "0s":
        raise Usage(f"{grace!r} is not a duration", "write it like 10s or 2m")
    done: op.Result = call.perform("stop", op.Request(run, seconds or 0.0))
    if done.note:
        out.say(f"workcell: {out.safe(done.note)}")
    if as_json:
        call.show("stop", done)
    else:
        print(f"{done.id} {done.outcome or done.phase}")
