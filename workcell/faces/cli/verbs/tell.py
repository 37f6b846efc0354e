"""workcell tell"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.together import tell as op

app = typer.Typer(add_completion=False)


@app.command()
def tell(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the person should know.")],
    subject: Annotated[str | None, typer.Option(help="A few words that stand before the text.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """From inside a run: send the person a notice. It asks nothing, and waits for nothing."""
    found: op.Result = call.perform("tell", op.Request(text, subject))
    if as_json:
        call.show("tell", found)
        return
    if found.adapters:
        print(f"told by {', '.join(map(out.safe, found.adapters))}; {found.left} more within this hour")
    else:
        out.say(
            "workcell: no person is told: no adapter asks for what agents tell, and neither 'workcell status' nor "
            "'workcell feed' shows it. Put it into the handoff, which 'workcell handoff' shows"
        )
