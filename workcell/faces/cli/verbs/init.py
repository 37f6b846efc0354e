"""workcell init"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.upkeep import init as op

app = typer.Typer(add_completion=False)


@app.command()
def init(
    repo: Annotated[str | None, typer.Option(help="The repository; the one around you by default.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Make a home, and write SUPERVISOR.md for the repository after a look at it; nothing is written over."""
    done: op.Result = call.perform("init", op.Request(repo))
    if as_json:
        call.show("init", done)
        return
    out.line(f"home {out.safe(done.home)}: {'made' if done.home_made else 'there already'}")
    if done.supervisor is None:
        out.say("not in a git repository: no rules were written; 'workcell init --repo DIR' does it")
    elif not done.written:
        out.line(f"{out.safe(done.supervisor)}: there already, left as it is")
    else:
        out.line(f"{out.safe(done.supervisor)}: written")
        proposed = ", ".join(done.tests)
        out.say(
            f"tests that it proposes: {out.safe(proposed)}" if proposed else "it proposes no tests: none were found"
        )
