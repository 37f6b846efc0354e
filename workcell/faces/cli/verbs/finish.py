"""workcell finish"""

import typer

from workcell.faces.cli import arguments, call, out
from workcell.together import finish as op

app = typer.Typer(add_completion=False)


@app.command()
def finish(run: arguments.Run, as_json: arguments.Json = False) -> int:
    """End a run on standby with its check; one in a turn ends after it. 1 if it did not pass."""

    def tell(what: str, value: object) -> None:
        if what == "checks" and not as_json:
            out.say(f"workcell: checks the work of {value}")

    done: op.Result = call.perform("finish", op.Request(run), tell)
    if as_json:
        call.show("finish", done)
    else:
        out.line(f"{done.id} {done.outcome or done.phase}")
        if done.note:
            out.say(f"workcell: {out.safe(done.note)}")
    return 0 if done.outcome in (None, "passed") else 1
