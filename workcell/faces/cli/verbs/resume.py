"""workcell resume"""

from dataclasses import replace
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, foreground, out, resuming, several
from workcell.launch import requests as op

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    runs: several.Runs = None,
    group: Annotated[
        str | None, typer.Option("--group", help="Also all of this group that ended and did not pass.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Also all with this label that ended and did not pass.")
    ] = None,
    brief: Annotated[str | None, typer.Option(help="A new brief, with a verify script of its own.")] = None,
    recipe: Annotated[str | None, typer.Option(help="Let another agent go on.")] = None,
    model: Annotated[str | None, typer.Option(help="The model that the agent is told to use from now on.")] = None,
    arg: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="A word to add to the agent's command from now on; may be given again."),
    ] = None,
    wall: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long each attempt may take from now on.")
    ] = None,
    attempts: Annotated[
        int | None, typer.Option(metavar="N", help="How many attempts the run may take in all.")
    ] = None,
    cost: Annotated[
        float | None, typer.Option(metavar="USD", help="How many US dollars the run may cost in all.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Open one attempt beyond the limits of the run.")] = False,
    steps: Annotated[
        str | None, typer.Option(metavar="all", help="Of a runbook: run all steps again, also those that ended well.")
    ] = None,
    native: Annotated[
        bool, typer.Option("--native", help="Continue the agent's own conversation, if it is still there.")
    ] = False,
    policy: Annotated[
        str | None, typer.Option(metavar="now", help="Pin playbooks of the repository anew, as they are now.")
    ] = None,
    ignore_repo: Annotated[
        bool,
        typer.Option("--ignore-repo", help="Take nothing from the repository that runs or steers; nor may its agent."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the brief of the next attempt; change nothing.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until the run is over; 1 if it did not pass.")] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Open no window in tmux.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Open the next attempt of a run, from its files; of several, each."""
    if policy not in (None, "now"):
        raise Usage(f"--policy cannot be {policy!r}", "--policy now, or leave it out to keep the policy of the run")
    if steps not in (None, "all"):
        raise Usage(f"--steps cannot be {steps!r}", "--steps all, or leave it out to go on behind the last one")
    request = op.ResumeRequest(
        run=(runs or [""])[0],
        brief=brief,
        recipe=recipe,
        model=model,
        arg=tuple(arg or ()),
        wall=arguments.duration("--wall", wall),
        attempts=attempts,
        cost=cost,
        force=force,
        steps=arguments.one_of(steps, ("all",)),
        native=native,
        policy=arguments.one_of(policy, ("now",)),
        ignore_repo=ignore_repo,
        dry_run=dry_run,
        no_window=no_window,
    )
    chosen = several.Chosen(runs or [], group, label or [], live=False, passed=brief is not None)
    if chosen.single:
        return resuming.one(request, wait=wait and not dry_run, as_json=as_json)
    return _several(chosen, request, wait and not dry_run, as_json)


def _several(chosen: several.Chosen, request: op.ResumeRequest, wait: bool, as_json: bool) -> int:
    """Open the next attempt of each, and only then wait for their ends."""
    opened: list[op.Resumed] = []
    codes: list[int] = []

    def one(run: str) -> op.Resumed:
        opened.append(resuming.opened(replace(request, run=run), as_json))
        return opened[-1]

    def show(done: op.Resumed) -> None:
        if done.dry_run:
            out.say(f"workcell: {done.id} attempt {done.attempt}:")
        resuming.show(done)

    def ended(done: op.Resumed) -> op.Resumed:
        over, code = foreground.stay(done.id, quiet=as_json)
        codes.append(code)
        return replace(done, state=over.state, phase=over.phase)

    def many(results: list[op.Resumed], failures: several.Failures) -> op.ResumedAll:
        return op.ResumedAll([ended(done) for done in results] if wait else results, failures)

    code = several.each(chosen, "resume", one, show, many if as_json else None)
    if wait and not as_json:
        for done in opened:
            ended(done)
    return max([code, *codes])
