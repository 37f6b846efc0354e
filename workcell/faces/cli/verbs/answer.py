"""workcell answer"""

from typing import Annotated

import typer

from workcell.faces.cli import given, letter
from workcell.ops import answer as op

app = typer.Typer(add_completion=False)


@app.command()
def answer(
    run: given.Run,
    word: Annotated[str, typer.Argument(metavar="1|2|TEXT", help="An option's number, or the begin of its words.")],
    as_json: given.Json = False,
) -> int:
    """Answer the dialog that is up, after checking that it is still the same one."""
    return letter.tell(op.answer(given.run(run), word), "answer", as_json)
