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
    with_children: Annotated[
        bool, typer.Option("--with-children", help="Also the runs that were launched inside of them.")
    ] = False,
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

    failures: several.Failures = []

    def one(run: str) -> op.Result | op.Results:
        done: op.Result | op.Results = call.perform("stop", op.Request(run, seconds or 0.0, with_children), tell)
        if isinstance(done, op.Results):
            failures.extend(done.failed)
            if not as_json:
                several.tell_failures(done.failed)
        elif done.note:
            out.say(f"workcell: {out.safe(done.note)}")
        return done

    def show(done: op.Result | op.Results) -> None:
        for stopped in done.runs if isinstance(done, op.Results) else [done]:
            out.line(f"{stopped.id} {stopped.outcome or stopped.phase}")

    def many(done: list[op.Result | op.Results], failed: several.Failures) -> op.Results:
        runs = [run for each in done for run in (each.runs if isinstance(each, op.Results) else [each])]
        return op.Results(runs, [*failed, *failures])

    chosen = several.Chosen(runs or [], group, label or [], live=True)
    code = several.each(chosen, "stop", one, show, many if as_json else None)
    return 1 if failures else code
