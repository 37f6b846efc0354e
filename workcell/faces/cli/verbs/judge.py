"""workcell judge"""

from typing import Annotated

import typer

from workcell.evidence import judge as op
from workcell.faces.cli import arguments, call, out

app = typer.Typer(add_completion=False)


@app.command()
def judge(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run.")] = None,
    recipe: Annotated[str | None, typer.Option(help="With --from: the agent that left them.")] = None,
    source: Annotated[str | None, typer.Option("--from", metavar="DIR", help="A directory in place of a run.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Judge why a run, or what an agent left in a directory, ended or hangs."""
    found: op.Result = call.perform("judge", op.Request(run, recipe, source))
    if as_json:
        call.show("judge", found)
        return
    print(f"{found.verdict} {found.confidence:.2f}")
    for one in found.evidence:
        out.line(f"  {one['source']}: {one['says']} {one['confidence']:.2f} {out.safe(one['words'])}")
