"""workcell playbook"""

import os
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.upkeep import playbook_catalog as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the playbooks that hold here, yours before the shipped ones, then the repository's."""
    found: op.Listed = call.perform("playbook ls", op.LsRequest())
    for line in found.ignored:
        out.say(f"workcell: {out.safe(line)}")
    if as_json:
        call.show("playbook ls", found)
        return
    table = []
    for row in found.playbooks:
        when = "; ".join(f"{key}: {', '.join(map(str, _listed(value)))}" for key, value in row.when.items())
        table.append(
            [(row.name, "1"), (when, "0"), (" → ".join(row.steps), "0"), (row.origin, "90")],
        )
    columns = (
        grid.Column("NAME"),
        grid.Column("WHEN", least=16),
        grid.Column("STEPS", least=12, goes=2),
        grid.Column("FROM", goes=1),
    )
    grid.show(columns, table)
    for fault in found.faults:
        out.say(f"workcell: cannot be used: {out.safe(fault)}")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="Its name.")], as_json: arguments.Json = False) -> None:
    """Show a playbook: what to look for, how to diagnose, what is done."""
    found: op.Shown = call.perform("playbook show", op.ShowRequest(name))
    if as_json:
        call.show("playbook show", found)
    else:
        out.say(f"workcell: {out.safe(found.path)}")
        print(out.body(found.text), end="")


@app.command("lint")
def lint(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Playbook files; without any, all that hold here: yours, shipped, the repository's."),
    ] = None,
    as_json: arguments.Json = False,
) -> int:
    """Check playbook files: every fault, with its line and cure. 1 if there is any."""
    found: op.LintResult = call.perform("playbook lint", op.LintRequest(tuple(files or ())))
    if as_json:
        call.show("playbook lint", found)
    else:
        for line in found.ignored:
            out.say(f"workcell: {out.safe(line)}")
        for fault in found.faults:
            out.line(out.safe(fault))
        if not files:
            folders = ", ".join(dict.fromkeys(os.path.dirname(path) for path in found.checked))
            out.say(f"{out.count(len(found.checked), 'playbook')} checked, in {out.safe(folders)}")
    return 1 if found.faults else 0


@app.command("test")
def test(
    paths: Annotated[list[str], typer.Argument(metavar="DIR...", help="Run directories, or recordings of an agent.")],
    agent: Annotated[str, typer.Option(help="Of a recording: the agent that left it.")] = "claude",
    phase: Annotated[str, typer.Option(help="Of a recording: the phase it is taken to be in.")] = "interrupted",
    playbook: Annotated[list[str] | None, typer.Option(help="A playbook file of yours to try; repeatable.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Judge directories, and say which playbook would hold and what it would do. Nothing is changed."""
    request = op.TestRequest(tuple(paths), agent, phase, tuple(playbook or ()))
    found: op.TestResult = call.perform("playbook test", request)
    if as_json:
        call.show("playbook test", found)
        return
    for one in found.tried:
        print(f"{out.safe(one.path)}")
        out.line(f"  verdict   {one.verdict} ({one.confidence:.2f}): {out.safe('; '.join(one.words[:1]))}")
        out.line(f"  playbook  {one.playbook or '-'}" + (f" ({out.safe('; '.join(one.fits))})" if one.fits else ""))
        if one.steps:
            out.line(f"  steps     {' → '.join(str(step['step']) for step in one.steps)}")
