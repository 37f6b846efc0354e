"""workcell show"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.sessions import turn_lines
from workcell.views import show as op

app = typer.Typer(add_completion=False)


@app.command()
def show(
    run: arguments.RunOrSession,
    attempt: Annotated[int | None, typer.Option(help="Another attempt than the current one.", min=1)] = None,
    last: Annotated[int, typer.Option("--last", "-n", help="Only so many of the last turns.", min=1)] = op.LAST,
    tools: Annotated[bool, typer.Option("--tools", help="The whole input and output of each tool call.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the attempt has ended.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Show a conversation: what was asked, what the agent answered, and what each tool call came to."""
    if follow and as_json:
        raise Usage("--json is one document: it cannot be followed", f"workcell events {run} -f")
    found = call.perform("show", op.Request(run, attempt, last, follow, tools))
    if not isinstance(found, op.Result):
        for line in found:
            print(out.body(line), end="" if line else "\n", flush=True)
        return
    if as_json:
        call.show("show", found)
        return
    if found.earlier:
        print(f"(earlier turns are not shown; --last N shows more than {out.count(last, 'turn')})\n")
    for line in turn_lines.turns(found.turns, tools=tools):
        print(out.body(line), end="" if line else "\n")
