"""workcell trust"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workcell.base.errors import Refused
from workcell.faces.cli import arguments, call, grid, out, trust_prompt
from workcell.trust import requests
from workcell.trust import trust as op


class _Group(TyperGroup):
    """`trust DIR` without a verb of its own means `trust add DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = ["add", *args]
        return super().parse_args(ctx, args)


_HELP = "What a repository brings that runs or steers, and whether you accept it. 'trust [DIR]' is 'trust add [DIR]'."
app = typer.Typer(cls=_Group, add_completion=False, help=_HELP)

Directory = Annotated[str | None, typer.Argument(metavar="[DIR]", help="A directory in the repository; else here.")]


@app.command("add")
def add(
    directory: Directory = None,
    yes: Annotated[bool, typer.Option("--yes", help="Accept without being asked: for scripts.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Show what a repository brings that runs or steers, and accept it ('workcell trust DIR' does the same)."""
    call.admit("trust add", {})
    found: requests.Shown = call.perform("trust show", requests.ShowRequest(directory))
    if found.trouble:
        out.say(f"workcell: {out.safe(found.trouble)}")
    new = bool(found.unknown or found.trouble)
    if new and not yes and not trust_prompt.on_terminal():
        trust_prompt.show(found)
        raise Refused(
            "there is no terminal to ask at whether to trust it", "read it, then give the same command with --yes"
        )
    if new and yes and not as_json:
        trust_prompt.show(found)
    if new and not yes and not trust_prompt.ask(found):
        raise Refused(f"{found.top} is not trusted", "to launch without what it brings: workcell launch --ignore-repo")
    # what was shown is what is accepted: a file that changes meanwhile has to be shown again
    done: requests.Added = call.perform("trust add", requests.AddRequest(directory, found.digest))
    if as_json:
        call.show("trust add", done)
    elif done.accepted:
        out.line(f"{out.safe(done.top)}: trusted: {out.count(len(found.unknown), 'thing')}")
    else:
        out.line(f"{out.safe(done.top)}: {_nothing_new(done)}")
    return 0


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the repositories of which something is trusted."""
    found: requests.Listed = call.perform("trust ls", requests.LsRequest())
    if as_json:
        call.show("trust ls", found)
        return
    if not found.repositories:
        out.say("no repository is trusted yet")
        return
    columns = (grid.Column("PATH"), grid.Column("REMOTE", goes=1), grid.Column("FILES"), grid.Column("KEYS"))
    table = [
        [(one.path, "1"), (one.remote or "-", "90"), (str(len(one.files)), "0"), (", ".join(one.keys) or "-", "0")]
        for one in found.repositories
        if one.trouble is None
    ]
    grid.show(columns, table)
    for one in found.repositories:
        if one.trouble:
            out.say(f"workcell: {out.safe(one.trouble)}")


@app.command("show")
def show(directory: Directory = None, as_json: arguments.Json = False) -> None:
    """Show what a repository brings and what of it is trusted; change nothing."""
    found: requests.Shown = call.perform("trust show", requests.ShowRequest(directory))
    if as_json:
        call.show("trust show", found)
        return
    rows = [[(one.state, "1"), (one.path, "0"), (f"sha256 {one.sha256}", "90")] for one in found.files]
    rows += [
        [(one.state, "1"), (f"SUPERVISOR.md {one.key}", "0"), (op.words_of(one.key, one.value), "90")]
        for one in found.keys
    ]
    rows += [[("gone", "90"), (name, "90"), ("-", "90")] for name in found.gone]
    if rows:
        grid.show((grid.Column("STATE"), grid.Column("WHAT", least=12), grid.Column("IS", least=12)), rows)
    else:
        out.line(f"{out.safe(found.top)}: {_nothing_new(found)}")
    if found.trouble:
        out.say(f"workcell: {out.safe(found.trouble)}")


@app.command("rm")
def rm(directory: Directory = None, as_json: arguments.Json = False) -> None:
    """Forget what was trusted of a repository."""
    done: requests.Removed = call.perform("trust rm", requests.RmRequest(directory))
    if as_json:
        call.show("trust rm", done)
    else:
        out.line(f"{out.safe(done.path)}: forgotten")


def _nothing_new(found: requests.Shown) -> str:
    if found.files or found.keys:
        return "all that it brings is trusted"
    return "it brings nothing that runs or steers"
