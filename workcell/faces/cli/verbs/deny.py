"""workcell deny"""

import typer

from workcell.faces.cli import arguments, call, message_status, out
from workcell.together import approval as op

app = typer.Typer(add_completion=False)


@app.command()
def deny(run: arguments.Run, as_json: arguments.Json = False) -> int:
    """Say no to what the agent asks permission for."""

    def tell(what: str, value: object) -> None:
        if what == "asked" and not as_json:
            out.say(out.body(str(value)).rstrip())

    return message_status.tell(call.perform("deny", op.Request(run), tell), "deny", as_json)
