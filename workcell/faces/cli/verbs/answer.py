"""workcell answer"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, message_status
from workcell.together import answer as op

app = typer.Typer(add_completion=False)


@app.command()
def answer(
    run: arguments.Run,
    word: Annotated[str, typer.Argument(metavar="1|2|TEXT", help="An option's number, or the begin of its words.")],
    as_json: arguments.Json = False,
) -> int:
    """Answer the dialog that is up, after checking that it is still the same one."""
    return message_status.tell(call.perform("answer", op.Request(run, word)), "answer", as_json)
