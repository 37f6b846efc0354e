"""workcell diff"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, pager
from workcell.views import diff as op

app = typer.Typer(add_completion=False)


@app.command()
def diff(
    run: arguments.Run,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[-- PATH]...", help="Only these files and directories.")
    ] = None,
    committed: Annotated[bool, typer.Option("--committed", help="Only what was committed.")] = False,
    stat: Annotated[bool, typer.Option("--stat", help="How many lines of each file.")] = False,
    name_only: Annotated[bool, typer.Option("--name-only", help="Only the names of the files.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="The bytes as they are, secrets too: workcell diff RUN --raw | git apply.")
    ] = False,
    as_json: arguments.Json = False,
) -> None:
    """Show what a run changed: from the commit that it began at to its tree now, uncommitted and new files too."""
    if stat and name_only:
        raise Usage("--stat and --name-only exclude each other", "leave one out")
    if raw and as_json:
        raise Usage("--raw and --json exclude each other", "leave one out")
    found: op.Result = call.perform("diff", op.Request(run, tuple(paths or ()), committed, stat, name_only, raw))
    if as_json:
        call.show("diff", found)
        return
    for note in found.notes:
        out.say(f"workcell: {out.safe(note)}")
    if raw:
        return
    if not found.files:
        out.say("workcell: nothing was changed" + (" there" if paths else ""))
        return
    text = out.body(found.diff)
    if found.cut:
        text += "... the rest is left out\n"
        out.say("workcell: cut; all of it: workcell diff --raw")
    pager.show(pager.coloured(text) if not name_only else text)
