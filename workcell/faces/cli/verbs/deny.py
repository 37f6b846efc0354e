"""workcell deny"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, decision, out
from workcell.watch import approving as op

app = typer.Typer(add_completion=False)


@app.command()
def deny(
    run: arguments.Run,
    why: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The reason; it is recorded, and the agent is told.")
    ] = None,
    as_json: arguments.Json = False,
) -> int:
    """Say no to what the agent asks permission for, or to what a playbook proposes."""

    def tell(what: str, value: object) -> None:
        if what == "asked" and not as_json:
            out.say(out.body(str(value)).rstrip())

    return decision.tell(call.perform("deny", op.DenyRequest(run, why), tell), "deny", as_json)
