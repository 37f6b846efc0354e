"""workcell trust"""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workcell.base.errors import Refused
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, grid, out, trust_prompt
from workcell.rundir import layout
from workcell.trust import acceptance
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
    home = layout.home()
    found = op.look(home, directory)
    if found.trouble:
        out.say(f"workcell: {out.safe(found.trouble)}")
    if not found.unknown and not found.trouble:
        if as_json:
            face.document("trust", _document(found, accepted=False))
        else:
            print(f"{out.safe(found.top)}: {_nothing_new(found)}")
        return 0
    if not yes and not trust_prompt.on_terminal():
        trust_prompt.show(found)
        raise Refused("nobody can be asked here whether to trust it", "read it, then give the same command with --yes")
    if yes and not as_json:
        trust_prompt.show(found)
    if not yes and not trust_prompt.ask(found):
        raise Refused(f"{found.top} is not trusted", "to launch without what it brings: workcell launch --ignore-repo")
    op.accept(home, found)
    if as_json:
        face.document("trust", _document(found, accepted=True))
    else:
        print(f"{out.safe(found.top)}: trusted: {out.count(len(found.unknown), 'thing')}")
    return 0


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the repositories of which something is trusted."""
    found = acceptance.every(layout.home())
    if as_json:
        rows = [
            {
                "path": one.place,
                "remote": one.remote,
                "at": one.at,
                "files": one.files,
                "keys": one.keys,
                "trouble": one.trouble,
            }
            for one in found
        ]
        face.document("trust-ls", {"repositories": rows})
        return
    if not found:
        out.say("no repository is trusted yet")
        return
    columns = (grid.Column("PATH"), grid.Column("REMOTE", goes=1), grid.Column("FILES"), grid.Column("KEYS"))
    table = [
        [(one.place, "1"), (one.remote or "-", "90"), (str(len(one.files)), "0"), (", ".join(one.keys) or "-", "0")]
        for one in found
        if one.trouble is None
    ]
    grid.show(columns, table)
    for one in found:
        if one.trouble:
            out.say(f"workcell: {out.safe(one.trouble)}")


@app.command("show")
def show(directory: Directory = None, as_json: arguments.Json = False) -> None:
    """Show what a repository brings and what of it is trusted; change nothing."""
    found = op.look(layout.home(), directory)
    if as_json:
        face.document("trust-show", _document(found, accepted=False))
        return
    states = {(one.kind, one.name): one.state for one in found.unknown}
    rows = [
        [(states.get(("file", name), "trusted"), "1"), (name, "0"), (f"sha256 {digest}", "90")]
        for name, digest in found.bring.files.items()
    ]
    rows += [
        [(states.get(("key", name), "trusted"), "1"), (f"SUPERVISOR.md {name}", "0"), (op.words_of(name, value), "90")]
        for name, value in found.bring.keys.items()
    ]
    rows += [[("gone", "90"), (name, "90"), ("-", "90")] for name in found.gone]
    if rows:
        grid.show((grid.Column("STATE"), grid.Column("WHAT", least=16), grid.Column("IS", least=16)), rows)
    else:
        print(f"{out.safe(found.top)}: {_nothing_new(found)}")
    if found.trouble:
        out.say(f"workcell: {out.safe(found.trouble)}")


@app.command("rm")
def rm(directory: Directory = None) -> None:
    """Forget what was trusted of a repository."""
    place = op.forget(layout.home(), directory)
    print(f"{out.safe(place)}: forgotten", file=sys.stdout)


def _nothing_new(found: op.Look) -> str:
    if found.bring.files or found.bring.keys:
        return "all that it brings is trusted"
    return "it brings nothing that runs or steers"


def _document(found: op.Look, *, accepted: bool) -> dict[str, Any]:
    states = {(one.kind, one.name): one.state for one in found.unknown}
    digests = found.bring.digests()
    return {
        "top": found.top,
        "path": found.place,
        "remote": found.remote,
        "accepted": accepted,
        "files": [
            {"path": name, "sha256": digest, "state": states.get(("file", name), "trusted")}
            for name, digest in found.bring.files.items()
        ],
        "keys": [
            {"key": name, "value": value, "sha256": digests[name], "state": states.get(("key", name), "trusted")}
            for name, value in found.bring.keys.items()
        ],
        "gone": found.gone,
        "trouble": found.trouble,
    }
