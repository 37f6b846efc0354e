"""workcell sessions"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, session_table
from workcell.views import sessions as op

app = typer.Typer(add_completion=False)


@app.command()
def sessions(
    agent: Annotated[str | None, typer.Option(help="Only of this agent, e.g. claude or codex.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only in this directory or below: a path, or a name.")] = None,
    since: Annotated[str | None, typer.Option(help="Only with news in the last so long, e.g. 2h.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Only what a process has open, with its tmux pane.")] = False,
    foreign: Annotated[bool, typer.Option("--foreign", help="Only what belongs to no run.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits for you.")] = False,
    testing: Annotated[bool, typer.Option("--testing", help="Only what runs tests now.")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="Only what failed in its last turn.")] = False,
    about: Annotated[str | None, typer.Option(metavar="WORDS", help="Only what is about these words.")] = None,
    last: Annotated[int, typer.Option("--last", "-n", help="Only so many, the newest.", min=1)] = op.LAST,
    everything: Annotated[bool, typer.Option("--all", "-a", help="All of them.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """List the conversations that Claude Code and Codex had here, started by workcell or not, the newest first."""
    request = op.Request(
        agent=agent,
        repo=repo,
        since=arguments.duration("--since", since),
        live=live,
        foreign=foreign,
        waiting=waiting,
        testing=testing,
        failing=failing,
        about=about,
        last=last,
        everything=everything,
    )
    found: op.Result = call.perform("sessions", request)
    if as_json:
        call.show("sessions", found)
    else:
        session_table.show(found, filtered=request != op.Request())
