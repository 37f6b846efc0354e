"""workcell salvage"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.git.snapshot import Snapshot
from workcell.upkeep import salvage as op

app = typer.Typer(no_args_is_help=True, add_completion=False)

Run = Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only the snapshots of this run.")]
Repo = Annotated[str | None, typer.Option(help="The repository; by default the run's, else the current directory's.")]
Ref = Annotated[str | None, typer.Option("--snapshot", help="RUN/N or a ref; the newest by default.")]


@app.command("ls")
def ls(run: Run = None, repo: Repo = None, as_json: arguments.Json = False) -> None:
    """List snapshots of uncommitted work, oldest first."""
    found: op.Listed = call.perform("salvage ls", op.LsRequest(run, repo))
    if as_json:
        call.show("salvage ls", found)
    elif not found.snapshots:
        out.say("no snapshots")
    else:
        columns = (
            grid.Column("SNAPSHOT", least=20),
            grid.Column("AT", goes=2),
            grid.Column("BRANCH", least=8, goes=3),
            grid.Column("WHY", least=8, goes=1),
        )
        grid.show(columns, map(_row, found.snapshots))


def _row(one: Snapshot) -> list[grid.Cell]:
    return [(f"{one.run}/{one.n}", "1"), (out.when(one.at), "0"), (one.branch or "-", "0"), (one.why, "0")]


@app.command("show")
def show(run: Run = None, repo: Repo = None, snapshot: Ref = None, as_json: arguments.Json = False) -> None:
    """Show what a snapshot holds."""
    found: op.Shown = call.perform("salvage show", op.ShowRequest(run, repo, snapshot))
    if as_json:
        call.show("salvage show", found)
        return
    out.line(f"{found.snapshot.ref} of {out.when(found.snapshot.at)}: {out.safe(found.snapshot.why)}")
    for letter, path in found.files:
        print(f"  {letter} {out.safe(path)}")
    print(out.body(found.diff), end="")
    if found.cut:
        out.say(f"cut; all of it: git show {found.snapshot.ref}")


@app.command("restore")
def restore(
    run: Run = None,
    repo: Repo = None,
    snapshot: Ref = None,
    into: Annotated[str | None, typer.Option(help="A new directory, or the tree itself while it is clean.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Bring a snapshot back; uncommitted work is never overwritten."""
    done: op.Restored = call.perform("salvage restore", op.RestoreRequest(run, repo, snapshot, into))
    if as_json:
        call.show("salvage restore", done)
        return
    print(f"{out.count(done.files, 'file')} in {out.safe(done.into)}")
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
