"""workcell wait"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, foreground
from workcell.launch import wait as op
from workcell.texts import fields

app = typer.Typer(add_completion=False)


@app.command()
def wait(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="Runs, or plans; all of them are waited for.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="All runs of this group, also what a plan of it is to start.")
    ] = None,
    wanted: Annotated[
        str, typer.Option("--for", help="done; attention: over or in need of a person; idle: none at work.")
    ] = "done",
    any_of: Annotated[bool, typer.Option("--any", help="Until the first of them is over.")] = False,
    timeout: Annotated[str | None, typer.Option(help="Give up after this long, e.g. 2h; exit code 124.")] = None,
    as_json: arguments.Json = False,
) -> int:
    """Wait until runs are over; 0 if all passed, 1 if not, 124 when the time is up."""
    seconds = fields.parse_duration(timeout) if timeout else None
    if timeout and seconds is None:
        raise Usage(f"{timeout!r} is not a duration", "write it like 90s or 2h")
    if wanted not in ("done", "attention", "idle"):
        raise Usage(f"cannot wait for {wanted!r}", "--for done, --for attention, or --for idle")
    chosen = arguments.one_of(wanted, ("done", "attention", "idle"))
    request = op.Request(tuple(runs or ()), group, chosen, seconds, any_of)
    told: dict[str, object] = {}
    found = foreground.wait(request, quiet=as_json, told=told)
    if as_json:
        call.show("wait", found)
    else:
        return foreground.show_waited(found, told)
    return 0 if found.met else 1
