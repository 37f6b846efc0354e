"""workcell skill"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call
from workcell.upkeep import install_skill as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("show")
def show(as_json: arguments.Json = False) -> None:
    """Print the skill."""
    found: op.Shown = call.perform("skill show", op.ShowRequest())
    if as_json:
        call.show("skill show", found)
    else:
        print(found.text, end="")


@app.command("install")
def install(
    agent: Annotated[str, typer.Option(help="Which agent is to find it; agents: any.")] = "agents",
    directory: Annotated[str | None, typer.Option("--dir", help="Another directory of skills.")] = None,
    user: Annotated[bool, typer.Option("--user", help="For all repositories, in your home directory.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that differs.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Put the skill where agents look for it: into the repository around you, or your home directory."""
    request = op.Request(agent, directory, user, force)
    done: op.Result = call.perform("skill install", request)
    if as_json:
        call.show("skill install", done)
    else:
        print(f"{done.path}: {'there already' if done.state == 'same' else done.state}")
