"""workcell recover"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.watch import recover as op

app = typer.Typer(add_completion=False)


@app.command()
def recover(
    run: arguments.Run,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be done and why.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Do for one run, now, what the watchdog would do, within the same caps."""
    done: op.Result = call.perform("recover", op.Request(run, dry_run))
    if as_json:
        call.show("recover", done)
        return
    rows = [
        ("run", f"{done.id} is {done.phase}"),
        ("found", done.found or "nothing to do"),
        ("why", done.why),
        ("playbook", f"{done.playbook} ({'; '.join(done.fits)})" if done.playbook else "-"),
        *[("would" if dry_run else "step", step) for step in done.steps],
        *[("did", line) for line in done.did],
    ]
    for name, text in rows:
        print("\n".join(out.hanging(f"{name:<9} ", text, out.columns())))
