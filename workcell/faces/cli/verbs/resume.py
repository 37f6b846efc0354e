"""workcell resume"""

from dataclasses import replace
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, foreground, out, trust_prompt
from workcell.launch import requests as op

app = typer.Typer(add_completion=False)


@app.command()
def resume(
    run: arguments.Run,
    brief: Annotated[str | None, typer.Option(help="A new brief, with a verify script of its own.")] = None,
    recipe: Annotated[str | None, typer.Option(help="Let another agent go on.")] = None,
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
    """Open the next attempt of a run, from its files."""
    if policy not in (None, "now"):
        raise Usage(f"--policy cannot be {policy!r}", "--policy now, or leave it out to keep the policy of the run")
    request = op.ResumeRequest(
        run=run,
        brief=brief,
        recipe=recipe,
        native=native,
        policy=arguments.one_of(policy, ("now",)),
        ignore_repo=ignore_repo,
        dry_run=dry_run,
        no_window=no_window,
    )
    return _resume(request, wait and not dry_run, as_json)


def _resume(request: op.ResumeRequest, wait: bool, as_json: bool) -> int:
    done: op.Resumed = trust_prompt.asking(lambda: call.perform("resume", request), quiet=as_json)
    if done.how_why:
        out.say(f"workcell: from the run's files: {out.safe(done.how_why)}")
    if request.dry_run and not as_json:
        print(out.body(done.brief or ""), end="")
        return 0
    if done.no_window:
        out.say(f"workcell: no window: {out.safe(done.no_window)}")
    if not as_json:
        print(f"{done.id} attempt {done.attempt}", flush=True)
    code = 0
    if wait:
        state, code = foreground.stay(done.id, quiet=as_json)
        done = replace(done, state=state)
    if as_json:
        call.show("resume", done)
    return code
