"""workcell adopt"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, next_commands, out, trust_prompt
from workcell.faces.cli import dry_run as intent
from workcell.launch import adopt as op

app = typer.Typer(add_completion=False)


@app.command()
def adopt(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session as 'workcell sessions' names it.")],
    message: Annotated[str | None, typer.Option("--message", "-m", help="What the agent is told.")] = None,
    verify: Annotated[str | None, typer.Option(help="The check: commands, or the path of a script.")] = None,
    recipe: Annotated[str | None, typer.Option(help="How the agent is launched, e.g. claude-tui.")] = None,
    name: Annotated[str | None, typer.Option(help="A short name for the run.")] = None,
    wall: Annotated[str | None, typer.Option(metavar="TIME", help="How long one attempt may take, e.g. 2h.")] = None,
    attempts: Annotated[int | None, typer.Option(metavar="N", help="How many attempts the run may take.")] = None,
    cost: Annotated[float | None, typer.Option(metavar="USD", help="How many US dollars the agent may report.")] = None,
    ignore_repo: Annotated[
        bool, typer.Option("--ignore-repo", help="Take nothing from the repository that executes or steers.")
    ] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Open no window in tmux.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made or refused, and why; write nothing.")
    ] = False,
    as_json: arguments.Json = False,
) -> None:
    """Go on with a conversation in a run of its own: with a check, a record, limits and recovery; prints its id.

    The agent continues its own session, in the directory in which it was had.
    """
    request = op.Request(
        session=session,
        message=message,
        verify=verify,
        recipe=recipe,
        name=name,
        wall=arguments.duration("--wall", wall),
        attempts=attempts,
        cost=cost,
        ignore_repo=ignore_repo,
        no_window=no_window,
        dry_run=dry_run,
    )
    if dry_run:
        _show_plan(call.perform("adopt", request), as_json)
        return
    done: op.Result = trust_prompt.asking(lambda: call.perform("adopt", request), quiet=as_json)
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
    if done.no_window:
        out.say(f"workcell: no window: {out.safe(done.no_window)}")
    if as_json:
        call.show("adopt", done)
        return
    print(done.id, flush=True)
    if next_commands.at_a_terminal():
        next_commands.of_run(done.name, done.id, done.phase)


def _show_plan(planned: op.DryRun, as_json: bool) -> None:
    if as_json:
        call.show("adopt", planned)
        return
    print(f"goes on with {out.safe(f'{planned.agent}:{planned.session}')} in {out.safe(planned.directory)}\n")
    intent.show(planned.launch)
    for one in planned.refused:
        out.say(f"workcell: would be refused now: {out.safe(one.why)}")
        if one.cure:
            out.say(f"  {out.safe(one.cure)}")
