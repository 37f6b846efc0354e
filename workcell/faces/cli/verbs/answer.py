"""workcell answer"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, message_status, out
from workcell.together import answer as op

app = typer.Typer(add_completion=False)


@app.command()
def answer(
    run: arguments.Run,
    word: Annotated[
        str | None,
        typer.Argument(metavar="[1|2|TEXT]", help="An option's number, or the begin of its words; else it is shown."),
    ] = None,
    as_json: arguments.Json = False,
) -> int:
    """Answer the dialog that is up, after checking that it is still the same one; without an answer, show it."""
    done = call.perform("answer", op.Request(run, word))
    if not isinstance(done, op.Dialog):
        return message_status.tell(done, "answer", as_json)
    if as_json:
        call.show("answer", done)
        return 0
    for line in out.wrapped(done.text, out.columns()):
        print(line)
    for option in done.options:
        print(f"  workcell answer {done.id} {option.word}  {out.safe(option.text)}")
    if done.safe:
        out.say(f"{out.safe(done.safe)!r} changes nothing")
    return 0
