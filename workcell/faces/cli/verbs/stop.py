"""workcell stop"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, several
from workcell.finish import stop as op
from workcell.texts import fields

app = typer.Typer(add_completion=False)


@app.command()
def stop(
    runs: several.Runs = None,
    group: several.Group = None,
    label: several.Label = None,
    grace: Annotated[str, typer.Option(help="How long the agent may take to end before it is killed.")] = "10s",
    as_json: arguments.Json = False,
) -> int:
    """End runs: each agent is asked, then killed; a run that is over stays as it is."""
    seconds = fields.parse_duration(grace)
    if seconds is None and grace != "0s":
        raise Usage(f"{grace!r} is not a duration", "write it like 10s or 2m")

    def tell(what: str, value: object) -> None:
        if what == "asks" and not as_json:
            out.say(f"workcell: asks the agent of {value} to end; kills it after {grace}")

    def one(run: str) -> op.Result:
        done: op.Result = call.perform("stop", op.Request(run, seconds or 0.0), tell)
        if done.note:
            out.say(f"workcell: {out.safe(done.note)}")
        return done

    def show(done: op.Result) -> None:
        out.line(f"{done.id} {done.outcome or done.phase}")

    chosen = several.Chosen(runs or [], group, label or [], live=True)
    return several.each(chosen, "stop", one, show, op.Results if as_json else None)
