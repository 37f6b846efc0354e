"""workcell alone"""

import typer

from workcell.faces.cli import arguments, call, out
from workcell.faces.cli.verbs.claims import InTree
from workcell.views import others as op

app = typer.Typer(add_completion=False)


@app.command()
def alone(run: InTree = None, as_json: arguments.Json = False) -> int:
    """Say whether no other run works in the same tree: 0 if so, 1 if one does."""
    found: op.Alone = call.perform("alone", op.Request(run))
    if as_json:
        call.show("alone", found)
    elif found.alone:
        print(f"no other run works in {out.safe(found.tree)}")
    else:
        print(f"in {out.safe(found.tree)} works: {', '.join(found.runs)}")
    return 0 if found.alone else 1
