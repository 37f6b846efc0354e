"""workcell merge"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.upkeep import merge as op

app = typer.Typer(add_completion=False)

SHOWN = 20
"""Files that are listed."""


@app.command()
def merge(
    run: arguments.Run,
    squash: Annotated[bool, typer.Option("--squash", help="Make one commit of all changes.")] = False,
    commit_rest: Annotated[
        bool, typer.Option("--commit-rest", help="Commit first what is not committed in the tree of the run.")
    ] = False,
    message: Annotated[
        str | None,
        typer.Option("--message", "-m", help="Message of the squash, the rest, or the merge."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Also a run that has not passed.")] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Run its pinned check first, and merge what passes, however the run ended."),
    ] = False,
    as_json: arguments.Json = False,
) -> None:
    """Merge the work of a run into the branch where you stand, whole or not at all. No hook of the repository runs."""
    request = op.Request(run, squash, commit_rest, message, force, verify)
    done: op.Result = call.perform("merge", request, None if as_json else _line)
    if as_json:
        call.show("merge", done)
        return
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
    if done.how == "nothing":
        out.line(f"{out.safe(done.into)} has all of {done.id} already")
    else:
        what = f"{out.count(done.commits, 'commit')}, {out.count(len(done.files), 'file')}"
        words = {"squash": f"one commit made of {what}", "fast-forward": f"{what}, fast-forward"}.get(done.how, what)
        out.line(f"merged {done.id} into {out.safe(done.into)}: {words}")
        for path in done.files[:SHOWN]:
            print(f"  {out.safe(path)}")
        if len(done.files) > SHOWN:
            print(f"  and {len(done.files) - SHOWN} more")
    out.say(f"next: {done.next}")


def _line(what: str, text: str) -> None:
    """A line of the check, beside what the verb prints."""
    out.say(text)
