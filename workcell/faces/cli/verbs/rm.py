"""workcell rm"""

import shlex
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out, several
from workcell.git.snapshot import REFS as KEPT
from workcell.upkeep import rm as op

app = typer.Typer(add_completion=False)


@app.command()
def rm(
    runs: several.Runs = None,
    group: several.Group = None,
    label: several.Label = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Also work that is not committed or not merged; a snapshot stays.")
    ] = False,
    keep_tree: Annotated[bool, typer.Option("--keep-tree", help="Leave its working tree and branch.")] = False,
    keep_branch: Annotated[bool, typer.Option("--keep-branch", help="Leave its branch.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Remove runs that are over, each with its tree and branch. What was in the tree is kept in a snapshot first."""
    return several.each(
        several.Chosen(runs or [], group, label or [], live=False),
        "rm",
        lambda run: call.perform("rm", op.Request(run, force, keep_tree, keep_branch)),
        _show,
        op.Results if as_json else None,
    )


def _show(done: op.Result) -> None:
    gone = [f"tree {done.tree}"] if done.tree else []
    gone += [f"branch {done.branch}"] if done.branch else []
    out.line(f"removed {done.id}" + (f", with {' and '.join(out.safe(one) for one in gone)}" if gone else ""))
    if done.snapshot:
        kept = done.snapshot.removeprefix(KEPT)
        where = f" --repo {shlex.quote(done.repo)}" if done.repo else ""
        out.line(f"  what was in the tree: workcell salvage show {out.safe(kept + where)}")
    for note in done.notes:
        out.line(f"  {out.safe(note)}")
