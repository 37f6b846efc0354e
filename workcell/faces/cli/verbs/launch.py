"""workcell launch"""

from dataclasses import replace
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, foreground, out, trust_prompt
from workcell.launch import requests as op

app = typer.Typer(add_completion=False)


Briefs = Annotated[
    list[str], typer.Argument(help="Briefs (Markdown) and launch files (YAML) with several.", metavar="BRIEF...")
]
Worktree = Annotated[
    str | None,
    typer.Option(metavar="[=BRANCH]", help="Work in a worktree of its own, on a new branch or the one named."),
]
MaxLive = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Of several: stay, and start the next when one ends.")
]
IgnoreRepo = Annotated[
    bool,
    typer.Option("--ignore-repo", help="Take nothing from the repository that runs or steers; nor may its agent."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show all that would be launched, and who said it; write nothing.")
]


@app.command()
def launch(
    briefs: Briefs,
    recipe: Annotated[str | None, typer.Option(help="How the agent is launched; see 'workcell recipe ls'.")] = None,
    repo: Annotated[str | None, typer.Option(help="The working tree.")] = None,
    name: Annotated[str | None, typer.Option(help="A short name for the run.")] = None,
    worktree: Worktree = None,
    dirty: Annotated[str | None, typer.Option(help="Uncommitted work: refuse, allow or snapshot.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="A word to find the run by; may be given again.")] = None,
    group: Annotated[str | None, typer.Option(help="The group that the run belongs to.")] = None,
    max_live: MaxLive = None,
    again: Annotated[bool, typer.Option("--again", help="Of a launch file: new runs, also for what has one.")] = False,
    ignore_repo: IgnoreRepo = False,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the run is over; 1 if it did not pass.")] = False,
    attach: Annotated[bool, typer.Option("--attach", help="Open a window onto the agent at once.")] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Open no window in tmux.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Create the run, and start nothing.")] = False,
    dry_run: DryRun = False,
    as_json: arguments.Json = False,
) -> int:
    """Create a run from a brief and start it; prints its id. Of several, all are checked before the first starts."""
    if dirty not in (None, "refuse", "allow", "snapshot"):
        raise Usage(f"--dirty cannot be {dirty!r}", "--dirty refuse, --dirty allow, or --dirty snapshot")
    if wait and prepare:
        raise Usage("--wait with --prepare would wait for a run that is not started", "leave one of them out")
    request = op.LaunchRequest(
        briefs=tuple(briefs),
        recipe=recipe,
        repo=repo,
        name=name,
        worktree=worktree,
        dirty=arguments.one_of(dirty, ("refuse", "allow", "snapshot")),
        label=tuple(label or ()),
        group=group,
        max_live=max_live,
        again=again,
        ignore_repo=ignore_repo,
        no_window=no_window,
        prepare=prepare,
        dry_run=dry_run,
    )
    return _launch(request, wait, attach, as_json)


def _launch(request: op.LaunchRequest, wait: bool, attach: bool, as_json: bool) -> int:
    if attach and not request.dry_run:
        call.admit("launch", {"attach": True})
        call.admit("attach", {})
    if request.several():
        if attach or request.name is not None:
            raise Usage("--attach and --name are for one brief", "name runs in a launch file, attach with 'attach RUN'")
        from workcell.faces.cli import batch_output

        return batch_output.launch(request, wait=wait, as_json=as_json)
    if request.dry_run:
        from workcell.faces.cli import dry_run as intent

        planned: op.DryRun = call.perform("launch", request)
        if as_json:
            call.show("launch", planned)
        else:
            intent.show(planned)
        return 0
    return _one(request, wait and not request.prepare, attach, as_json)


def _one(request: op.LaunchRequest, wait: bool, attach: bool, as_json: bool) -> int:
    done: op.Launched = trust_prompt.asking(lambda: call.perform("launch", request), quiet=as_json)
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
    if done.no_window:
        out.say(f"workcell: no window: {out.safe(done.no_window)}")
    if not as_json:
        print(done.id, flush=True)
    code = 0
    if attach:
        foreground.attach(done.id, read_only=False)
    if wait:
        state, code = foreground.stay(done.id, quiet=as_json)
        done = replace(done, state=state)
    if as_json:
        call.show("launch", done)
    return code
