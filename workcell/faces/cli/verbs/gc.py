"""workcell gc"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.texts import fields
from workcell.upkeep import gc as op

app = typer.Typer(add_completion=False)


@app.command()
def gc(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="Only these runs, however long ago they ended.")
    ] = None,
    older_than: Annotated[
        str,
        typer.Option(help="Only runs, and trees of runs, that ended at least this long ago."),
    ] = "30d",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it; without this, only list it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list it, even with --yes.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Propose what can go, each with its proof; remove it with --yes. Never a run that is not done."""
    seconds = fields.parse_duration(older_than)
    if seconds is None and older_than not in ("0", "0s", "0d"):
        raise Usage(f"{older_than!r} is not a duration", "write it like 30d or 12h")
    found: op.Result = call.perform("gc", op.Request(tuple(runs or ()), seconds or 0.0, yes, dry_run))
    if as_json:
        call.show("gc", found)
        return
    items = found.items
    for item in items:
        word = item.done or ("would go" if item.can else "stays")
        begun = f"{item.kind:<9} {_size(item.bytes):>8}  "
        lines = out.hanging(begun, f"{item.path}: {word} ({item.why[0]})", out.columns())
        for why in item.why[1:]:
            lines += out.hanging(" " * min(20, out.columns() // 4), why, out.columns())
        if item.cure and not item.can:
            lines += out.hanging(" " * min(20, out.columns() // 4), f"to let it go: {item.cure}", out.columns())
        print("\n".join(lines))
    if not items:
        out.say("nothing to remove")
    elif not yes and any(item.can for item in items):
        named = " ".join(runs) if runs else f"--older-than {older_than}"
        out.say(f"nothing was removed; to do it: workcell gc {out.safe(named)} --yes")


def _size(count: int) -> str:
    number, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
