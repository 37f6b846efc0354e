"""workcell playbook"""

from typing import Annotated

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, grid, out
from workcell.rundir import layout
from workcell.upkeep import playbook_catalog as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the playbooks that hold here, yours before the shipped ones, then the repository's."""
    ignored: list[str] = []
    rows, faults = op.ls(layout.home(), ignored.append)
    for line in ignored:
        out.say(f"workcell: {out.safe(line)}")
    if as_json:
        face.document("playbook-ls", {"playbooks": rows, "faults": [str(fault) for fault in faults]})
        return
    table = []
    for row in rows:
        when = "; ".join(f"{key}: {', '.join(map(str, _listed(value)))}" for key, value in row["when"].items())
        table.append(
            [(row["name"], "1"), (when, "0"), (" → ".join(row["steps"]), "0"), (row["origin"], "90")],
        )
    columns = (
        grid.Column("NAME"),
        grid.Column("WHEN", least=16),
        grid.Column("STEPS", least=12, goes=2),
        grid.Column("FROM", goes=1),
    )
    grid.show(columns, table)
    for fault in faults:
        out.say(f"workcell: cannot be used: {out.safe(str(fault))}")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="Its name.")], as_json: arguments.Json = False) -> None:
    """Show a playbook: what to look for, how to diagnose, what is done."""
    path, text = op.show(layout.home(), name)
    if as_json:
        face.document("playbook-show", {"name": name, "path": path, "text": text})
    else:
        out.say(f"workcell: {out.safe(path)}")
        print(out.body(text), end="")


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Playbook files.")], as_json: arguments.Json = False) -> int:
    """Check playbook files: every fault, with its line and cure. 1 if there is any."""
    faults = op.lint(files)
    if as_json:
        face.document("playbook-lint", {"faults": [str(fault) for fault in faults]})
    else:
        for fault in faults:
            print(out.safe(str(fault)))
    return 1 if faults else 0


@app.command("test")
def test(
    paths: Annotated[list[str], typer.Argument(metavar="DIR...", help="Run directories, or recordings of an agent.")],
    agent: Annotated[str, typer.Option(help="Of a recording: the agent that left it.")] = "claude",
    phase: Annotated[str, typer.Option(help="Of a recording: the phase it is taken to be in.")] = "interrupted",
    playbook: Annotated[list[str] | None, typer.Option(help="A playbook file of yours to try; repeatable.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Judge directories, and say which playbook would hold and what it would do. Nothing is changed."""
    found = op.test(layout.home(), paths, agent=agent, extra=playbook or [], phase=phase)
    if as_json:
        face.document("playbook-test", {"tried": [vars(one) for one in found]})
        return
    for one in found:
        print(f"{out.safe(one.path)}")
        print(f"  verdict   {one.verdict} ({one.confidence:.2f}): {out.safe('; '.join(one.words[:1]))}")
        print(f"  playbook  {one.playbook or '-'}" + (f" ({out.safe('; '.join(one.fits))})" if one.fits else ""))
        if one.steps:
            print(f"  steps     {' → '.join(str(step['step']) for step in one.steps)}")
