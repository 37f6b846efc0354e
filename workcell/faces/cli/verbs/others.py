"""workcell others"""

import typer

from workcell.faces.cli import arguments, call, out, runs
from workcell.faces.cli.verbs.claims import InTree
from workcell.views import others as op

app = typer.Typer(add_completion=False)


@app.command()
def others(run: InTree = None, as_json: arguments.Json = False) -> None:
    """List the other runs that work in the same tree."""
    found: op.Result = call.perform("others", op.Request(run))
    if as_json:
        call.show("others", found)
    elif found.runs:
        for line in runs.tree(found.runs, out.columns()):
            print(line)
    else:
        out.say(f"no other run works in {out.safe(found.tree)}")
