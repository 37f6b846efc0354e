"""workcell salvage"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
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
        columns = (grid.Column("SNAPSHOT"), grid.Column("AT"), grid.Column("BRANCH"), grid.Column("WHY"))
        grid.show(
            columns,
            ([(f"{s.run}/{s.n}", "1"), (s.at, "0"), (s.branch or "-", "0"), (s.why, "0")] for s in found.snapshots),
        )


@app.command("show")
def show(run: Run = None, repo: Repo = None, snapshot: Ref = None, as_json: arguments.Json = False) -> None:
    """Show what a snapshot holds."""
    found: op.Shown = call.perform("salvage show", op.ShowRequest(run, repo, snapshot))
    if as_json:
        call.show("salvage show", found)
        return
    print(f"{found.snapshot.ref} of {found.snapshot.at}: {out.safe(found.snapshot.why)}")
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
    print(f"{done.files} files in {out.safe(done.into)}")
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
