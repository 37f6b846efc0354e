"""workcell brief"""

import shlex
import sys
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, grid, out
from workcell.launch import briefs as op
from workcell.launch import saved_briefs

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("new")
def new(
    path: Annotated[str | None, typer.Argument(help="Where to write it; named after the objective by default.")] = None,
    objective: Annotated[str | None, typer.Option(help="One line: what is true when the run is done.")] = None,
    recipe: Annotated[str | None, typer.Option(help="How the agent is launched.")] = None,
    verify: Annotated[str | None, typer.Option(help="The check: commands, or the path of a script.")] = None,
    name: Annotated[str | None, typer.Option(help="A short name for the run.")] = None,
    repo: Annotated[str | None, typer.Option(help="The working tree, relative to the brief.")] = None,
    done: Annotated[
        list[str] | None, typer.Option(help="A line of the definition of done; may be given again.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Write a brief from the template; asks for what is missing only on a terminal."""
    items = list(done or [])
    if objective is None:
        if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise Usage("no objective", "workcell brief new --objective 'what is true when the run is done'")
        objective = _ask("Objective (one line: what is true when the run is done)")
        verify = verify or _ask("Verify (a command that proves it; empty to fill in later)") or None
        while not done and (item := _ask(f"Done when, item {len(items) + 1} (empty to go on)")):
            items.append(item)
    request = op.NewRequest(objective, path, recipe, verify, name, repo, tuple(items))
    written: op.Written = call.perform("brief new", request)
    if as_json:
        call.show("brief new", written)
    else:
        print(written.file)
        file = shlex.quote(written.file)
        out.say(f"next: edit {file}, then: workcell launch {file}")


def _ask(question: str) -> str:
    """One answer from the terminal; questions go to standard error, since standard output is the path."""
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Briefs.")], as_json: arguments.Json = False) -> int:
    """Check briefs: every error and warning, with line and cure. 1 if there is an error."""
    found: op.LintResult = call.perform("brief lint", op.LintRequest(tuple(files)))
    if as_json:
        call.show("brief lint", found)
        return 1 if found.errors else 0
    for one in (finding for file in found.files for finding in file.findings):
        where = one.file if one.line is None else f"{one.file}:{one.line}"
        level = out.paint(one.level, "31" if one.level == op.ERROR else "33")
        out.line(f"{out.safe(where)}: {level}: {out.safe(one.message)}")
        if one.cure:
            out.line(f"  {out.safe(one.cure)}")
    counts = [out.count(found.errors, "error"), out.count(found.warnings, "warning")]
    out.say(f"{out.count(len(found.files), 'file')}: {', '.join(counts)}")
    return 1 if found.errors else 0


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List the briefs that can be launched by name, with their parameters: yours, and those that came with workcell."""
    found: saved_briefs.Listed = call.perform("brief ls", saved_briefs.ListRequest())
    if as_json:
        call.show("brief ls", found)
        return
    columns = (
        grid.Column("NAME"),
        grid.Column("OBJECTIVE", least=16, goes=2),
        grid.Column("PARAMETERS", least=10, goes=1),
    )
    rows = []
    for row in found.briefs:
        words = (row.objective or "-", "0") if row.error is None else (f"cannot be launched: {row.error}", "31")
        rows.append([(row.name, "1"), words, (", ".join(map(_parameter, row.params)) or "-", "0")])
    grid.show(columns, rows)
    if all(row.shipped for row in found.briefs):
        out.say("these came with workcell; workcell brief save FILE keeps one of yours")


def _parameter(one: saved_briefs.Parameter) -> str:
    return one.name if one.default is None else f"{one.name} ({one.default or 'empty'})"


@app.command("save")
def save(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The brief.")],
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Its name; that of the file by default.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Keep a brief in the home, to launch it by name."""
    done: saved_briefs.Saved = call.perform("brief save", saved_briefs.SaveRequest(file, name))
    if as_json:
        call.show("brief save", done)
        return
    print(done.file)
    given = "".join(f" --set {one.name}=VALUE" for one in done.params if one.default is None)
    out.say(f"next: workcell launch --from {shlex.quote(done.name)}{given}")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")], as_json: arguments.Json = False
) -> None:
    """Show a saved brief."""
    found: saved_briefs.Shown = call.perform("brief show", saved_briefs.ShowRequest(name))
    if as_json:
        call.show("brief show", found)
    else:
        print(out.body(found.text), end="" if found.text.endswith("\n") else "\n")
