"""workcell config"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.faces.cli import edit as editing
from workcell.texts import config_words
from workcell.upkeep import config_file as op

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("show")
def show(
    example: Annotated[
        bool, typer.Option("--example", help="Print a file that names every key, each explained.")
    ] = False,
    as_json: arguments.Json = False,
) -> None:
    """Show every setting: its value, where that stands, its type, default and range."""
    found: op.Shown | op.Example = call.perform("config show", op.ShowRequest(example))
    if as_json:
        call.show("config show", found)
    elif isinstance(found, op.Example):
        print(out.body(found.text), end="")
    else:
        _show(found)


def _show(found: op.Shown) -> None:
    columns = (
        grid.Column("KEY"),
        grid.Column("VALUE", 8),
        grid.Column("ORIGIN", 7),
        grid.Column("TYPE", 8, 3),
        grid.Column("DEFAULT", 7, 1),
        grid.Column("RANGE", 6, 2),
    )
    grid.show(columns, (_row(found, row) for row in found.settings))
    out.say(
        f"{out.safe(found.file)}" if found.exists else f"{out.safe(found.file)} does not exist: defaults are in force"
    )


def _row(found: op.Shown, row: config_words.Setting) -> list[grid.Cell]:
    given = row.origin != config_words.DEFAULT
    origin = row.origin.replace(found.file, "config.yaml", 1)
    return [
        (row.key, "1"),
        (row.value or "-", "32" if given else "0"),
        (origin, "0" if given else "90"),
        (row.type, "90"),
        (row.default or "-", "90"),
        (row.range or "-", "90"),
    ]


@app.command("lint")
def lint(as_json: arguments.Json = False) -> int:
    """Check config.yaml and the rules of approvals: every fault, with its line and cure. 1 if there is any."""
    found: op.LintResult = call.perform("config lint", op.LintRequest())
    if as_json:
        call.show("config lint", found)
        return 1 if found.faults else 0
    for fault in found.faults:
        out.line(out.safe(fault))
    if not found.exists:
        out.say(f"{out.safe(found.file)} does not exist: defaults are in force")
        if not found.faults:
            out.say("hint: workcell config edit")
    elif not found.faults:
        out.say(f"{out.safe(found.file)}: no faults")
    _say_rules(found)
    return 1 if found.faults else 0


def _say_rules(found: op.LintResult) -> None:
    """What is to be known of the rules of approvals where they have no faults."""
    for note in found.notes:
        out.say(f"note: {out.safe(note)}")
    if not found.rules:
        out.say("there are no rules of approvals")
    for one in found.rules:
        if one.rules and not found.faults:
            out.say(f"{out.safe(one.file)}: {out.count(one.rules, 'rule')}, no faults")


_EDIT = editing.Purpose(
    verb="config edit",
    file="config.yaml",
    nothing="nothing is saved",
    emptied="to go back to the defaults, remove the file",
    instead="change the file itself, then: workcell config lint",
)


@app.command("edit")
def edit(as_json: arguments.Json = False) -> None:
    """Change config.yaml in your editor; it is checked before it is saved."""
    call.admit("config edit", {})
    home = call.cell().home
    before = op.text_of(home)
    shown = config_words.example() if before is None else before
    with editing.text(shown, _EDIT) as kept:
        if kept.text == shown:
            out.say("the text was not changed: nothing is saved")
            return
        done: op.Edited = call.perform("config edit", op.EditRequest(kept.text, config_words.digest(before)))
    if as_json:
        call.show("config edit", done)
    else:
        print(out.safe(done.file))
