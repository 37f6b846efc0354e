"""workcell prompt"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call
from workcell.views import prompt as op

app = typer.Typer(add_completion=False)

FORMATS = ("plain", "tmux", "starship")


@app.command()
def prompt(
    shape: Annotated[str, typer.Option("--format", help="plain, tmux or starship.")] = "plain",
    as_json: arguments.Json = False,
) -> None:
    """Print how many runs live and how many need you, in a few characters; nothing when both are none."""
    if shape not in FORMATS:
        raise Usage(f"no format {shape!r}", f"one of: {', '.join(FORMATS)}")
    found: op.Result = call.perform("prompt", op.Request(arguments.one_of(shape, FORMATS)))
    if as_json:
        call.show("prompt", found)
    elif found.text:
        print(found.text)
