"""workcell handoff"""

from typing import Annotated

import typer

from workcell.base.errors import NotFound
from workcell.faces.cli import arguments, call, out
from workcell.finish import read_handoff as op

app = typer.Typer(add_completion=False)


@app.command()
def handoff(
    run: arguments.Run,
    check: Annotated[bool, typer.Option("--check", help="1 if the next pass could not work with it.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Show what the next pass needs."""
    found: op.Result = call.perform("handoff", op.Request(run, check))
    if as_json:
        call.show("handoff", found)
    elif not found.text and not check:
        raise NotFound(f"{found.id} has no handoff yet: its first attempt has not ended", f"workcell status {found.id}")
    else:
        print(out.body(found.text), end="")
        for problem in found.problems:
            out.say(f"handoff: {out.safe(problem)}")
    return 1 if found.problems else 0
