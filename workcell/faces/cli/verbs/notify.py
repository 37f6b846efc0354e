"""workcell notify"""

from typing import Annotated

import typer

from workcell.channels import notify
from workcell.channels import requests as op
from workcell.faces.cli import arguments, call, grid, out

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("ls")
def ls(as_json: arguments.Json = False) -> int:
    """List where notices go, and how that goes. 1 if a file of yours has faults."""
    found: op.Listed = call.perform("notify ls", op.LsRequest())
    if as_json:
        call.show("notify ls", found)
        return 1 if found.faults else 0
    columns = (
        grid.Column("NAME"),
        grid.Column("USES"),
        grid.Column("STATE"),
        grid.Column("WAITING"),
        grid.Column("FAILED"),
    )
    grid.show((*columns, grid.Column("SAID", 8, 1)), (_row(row) for row in found.adapters))
    for fault in found.faults:
        out.say(out.safe(fault))
    return 1 if found.faults else 0


def _row(row: notify.Row) -> list[grid.Cell]:
    state = ("on", "32") if row.enabled else ("off", "90")
    if row.paused_until:
        state = (f"paused until {row.paused_until}", "33")
    return [
        (row.name, "1"),
        (row.uses, "0"),
        state,
        (str(row.waiting), "0"),
        (str(row.failed), "31" if row.failed else "0"),
        (row.said or "-", "0"),
    ]


@app.command("test")
def test(
    name: Annotated[str, typer.Argument(help="The adapter, as 'workcell notify ls' names it.")],
    as_json: arguments.Json = False,
) -> int:
    """Really send a test message, and say what came back. 1 if it did not arrive."""
    sent: op.Tested = call.perform("notify test", op.TestRequest(name))
    if as_json:
        call.show("notify test", sent)
    else:
        print(f"{sent.name}: {sent.outcome} after {sent.seconds:.1f} s: {out.safe(sent.said)}")
    return 0 if sent.ok else 1


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Adapter files.")], as_json: arguments.Json = False) -> int:
    """Check adapter files: every fault, with its line and cure. 1 if there is any."""
    found: op.LintResult = call.perform("notify lint", op.LintRequest(tuple(files)))
    if as_json:
        call.show("notify lint", found)
    else:
        for fault in found.faults:
            print(out.safe(fault))
    return 1 if found.faults else 0
