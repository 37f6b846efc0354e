"""workcell verify"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.finish import verify as op

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    run: arguments.Run,
    raw: Annotated[
        bool, typer.Option("--raw", help="The script's bytes as they are, secrets and controls too.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Run the pinned verify script again, in the tree as it is now; no verdict is changed. 1 if it does not pass."""
    if raw and as_json:
        raise Usage("--raw and --json exclude each other", "leave one of them out")
    # with --raw the script gets standard output itself
    found: op.Result = call.perform("verify", op.Request(run, raw), None if as_json else _line)
    if as_json:
        call.show("verify", found)
    else:
        code = "" if found.verify["code"] is None else f", code {found.verify['code']}"
        out.say(f"verify: {found.verify['how']}{code}, {found.verify['seconds']:.1f} s")
        if found.verify["error"]:
            out.say(out.safe(found.verify["error"]))
    return 0 if found.passed else 1


def _line(what: str, text: str) -> None:
    print(text, flush=True)
