"""workcell ls"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, runs, show
from workcell.views import ls as op

app = typer.Typer(add_completion=False)


@app.command()
def ls(
    everything: Annotated[bool, typer.Option("--all", "-a", help="Also every other run that is over.")] = False,
    needs: Annotated[bool, typer.Option("--needs", help="Only what needs you.")] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="Only what is over and was not acknowledged.")] = False,
    state: Annotated[list[str] | None, typer.Option(help="Only in this state; may be given several times.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only with this label; several: with all.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only of this repository: a path, or its directory's name.")] = None,
    recipe: Annotated[str | None, typer.Option(help="Only with this recipe.")] = None,
    since: Annotated[str | None, typer.Option(help="Only with news in the last so long, e.g. 2h.")] = None,
    group: Annotated[str | None, typer.Option(help="Only the runs of this group.")] = None,
    by: Annotated[str | None, typer.Option(help="Under headings: state, repo or group.")] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Each run below the one that launched it.")] = False,
    count: Annotated[bool, typer.Option("--count", help="Only their number.")] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Live, until q.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the ids.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List runs: what needs you, what lives, and the 20 that ended last within a day. Filters combine."""
    seconds = arguments.duration("--since", since)
    if by is not None and by not in runs.HEADINGS:
        raise Usage(f"cannot list by {by!r}", f"one of: {', '.join(runs.HEADINGS)}")
    if by is not None and tree:
        raise Usage("--tree and --by order the list in two ways", "leave one of them out")
    request = op.Request(
        everything=everything,
        group=group,
        needs=needs,
        unseen=unseen,
        state=tuple(state or ()),
        label=tuple(label or ()),
        repo=repo,
        recipe=recipe,
        since=seconds,
    )
    if watch:
        runs.live(lambda: call.perform("ls", request))
        return
    found: op.Result = call.perform("ls", request)
    if as_json:
        call.show("ls", found)
    elif count:
        print(len(found.runs))
    elif quiet:
        for run in found.runs:
            print(run["id"])
    else:
        show.ls(found, filtered=request.filters, by=by, tree=tree)
    show.warning(found.warning)
