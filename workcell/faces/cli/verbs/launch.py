"""workcell launch"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import app as face
from workcell.faces.cli import out, watching
from workcell.ops import launch as op
from workcell.ops import plan
from workcell.rundir import layout

app = typer.Typer()


@app.command()
def launch(
    brief: Annotated[str, typer.Argument(help="The brief: a Markdown file.", metavar="BRIEF")],
    recipe: Annotated[str | None, typer.Option(help="How the agent is launched; see 'workcell recipe ls'.")] = None,
    repo: Annotated[str | None, typer.Option(help="The working tree.")] = None,
    name: Annotated[str | None, typer.Option(help="A short name for the run.")] = None,
    worktree: Annotated[
        str | None,
        typer.Option(metavar="[=BRANCH]", help="Work in a worktree of its own, on a new branch or the one named."),
    ] = None,
    dirty: Annotated[str | None, typer.Option(help="Uncommitted work: refuse, allow or snapshot.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="A word to find the run by; may be given again.")] = None,
    group: Annotated[str | None, typer.Option(help="The group that the run belongs to.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the run is over; 1 if it did not pass.")] = False,
    attach: Annotated[bool, typer.Option("--attach", help="Open a window onto the agent at once.")] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Open no window in tmux.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Create the run, and start nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Create a run from a brief and start it; prints its id."""
    if dirty not in (None, "refuse", "allow", "snapshot"):
        raise Usage(f"--dirty {dirty!r} is none of refuse, allow, snapshot")
    options = plan.Options(
        recipe=recipe, repo=repo, name=name, worktree=worktree, dirty=dirty, labels=tuple(label or ()), group=group
    )
    request = op.Request(layout.home(), brief, options, window=not no_window, prepare=prepare)
    done = op.launch(request)
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
    if done.window:
        out.say(f"workcell: no window: {out.safe(done.window)}")
    if not as_json:
        print(done.id, flush=True)
    code = 0
    state = None
    if attach:
        watching.attach(layout.home(), done.run, read_only=False)
    if wait and not prepare:
        found = watching.wait([done.run], "done", None)
        state = found.states[0]
        code = 0 if found.met else 1
    if as_json:
        data = {"id": done.id, "name": done.name, "dir": done.run, "phase": done.phase, "window": done.window is None}
        face.document("launch", {**data, "state": state, "notes": done.notes})
    return code
