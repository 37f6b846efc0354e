"""workcell notify"""

from collections.abc import Sequence
from typing import Annotated

import typer

from workcell.base import spelling
from workcell.base.errors import Usage
from workcell.channels import notify, pauses
from workcell.channels import requests as op
from workcell.channels.to import registry
from workcell.faces.cli import arguments, call, grid, out

_OUTCOMES = {
    "delivered": "delivered",
    "retry": "not sent, and a real notice would be tried again",
    "refused": "not sent: the far end will never take it",
    "unknown": "perhaps sent: the answer was lost",
}
"""By outcome: the words of a test."""

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command("ls")
def ls(
    events: Annotated[bool, typer.Option("--events", help="List the events that an adapter can ask for.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """List where notices go, and how that goes. 1 if a file of yours has faults."""
    found: op.Listed = call.perform("notify ls", op.LsRequest(events))
    if as_json:
        call.show("notify ls", found)
        return 1 if found.faults else 0
    if events:
        _show_events(found.events)
        return 0
    columns = (
        grid.Column("NAME"),
        grid.Column("USES", 4, 3),
        grid.Column("STATE", 3),
        grid.Column("WAITING"),
        grid.Column("FAILED", 0, 2),
    )
    grid.show((*columns, grid.Column("SAID", 8, 1), grid.Column("FILE", 12, 2)), (_row(row) for row in found.adapters))
    for fault in found.faults:
        out.say(out.safe(fault))
    return 1 if found.faults else 0


def _show_events(events: Sequence[notify.Event]) -> None:
    """The words of `events:`, each with its sentence, at the width of the terminal."""
    indent = max(len(event.name) for event in events) + 2
    for event in events:
        first, *rest = out.wrapped(event.means, max(20, min(out.columns(), 100) - indent))
        print(event.name.ljust(indent) + first)
        for line in rest:
            print(" " * indent + line)


def _row(row: notify.Row) -> list[grid.Cell]:
    state = ("on", "32") if row.enabled else ("off", "90")
    if row.pause:
        state = ("paused" if row.pause == "resume" else f"paused until {out.when(row.pause)}", "33")
    elif row.paused_until:
        state = (f"next try {out.when(row.paused_until)}", "33")
    return [
        (row.name, "1"),
        (row.uses, "0"),
        state,
        (str(row.waiting), "0"),
        (str(row.failed), "31" if row.failed else "0"),
        (row.said or "-", "0"),
        (row.file, "90"),
    ]


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The adapter, as 'workcell notify ls' names it.")],
    as_json: arguments.Json = False,
) -> None:
    """Show the file of an adapter, and where it lies."""
    found: op.Shown = call.perform("notify show", op.ShowRequest(name))
    if as_json:
        call.show("notify show", found)
        return
    out.say(f"{out.safe(found.file)} ({found.origin})")
    print(out.body(found.text), end="")


@app.command("add")
def add(
    kind: Annotated[str, typer.Argument(help=", ".join(registry.KINDS) + ".")],
    test: Annotated[bool, typer.Option("--test", help="Send a test message at once.")] = False,
    as_json: arguments.Json = False,
) -> int:
    """Write an adapter into your home, and say what to fill in. With --test 1 if it did not arrive."""
    if kind not in registry.KINDS:
        near = spelling.nearest(kind, registry.KINDS)
        cure = f"workcell notify add {near}" if near else f"choose one of {', '.join(registry.KINDS)}"
        raise Usage(f"there is no kind {kind!r}", cure)
    done: op.Added = call.perform("notify add", op.AddRequest(arguments.one_of(kind, registry.KINDS), test))
    if as_json:
        call.show("notify add", done)
        return 0 if done.tested is None or done.tested.ok else 1
    print(out.safe(done.file))
    for line in done.to_do:
        out.say(f"  {out.safe(line)}")
    if done.tested is not None:
        return _say_tested(done.tested)
    out.say(f"hint: workcell notify test {done.name}")
    return 0


@app.command("pause")
def pause(
    name: Annotated[str, typer.Argument(help="The adapter, as 'workcell notify ls' names it.")],
    length: Annotated[str | None, typer.Option("--for", help="How long, e.g. 2h; without it until resume.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Send nothing to an adapter for a while; what is posted meanwhile waits."""
    seconds = arguments.duration("--for", length)
    done: pauses.Paused = call.perform("notify pause", pauses.PauseRequest(name, seconds))
    if as_json:
        call.show("notify pause", done)
    else:
        ends = f"until {out.when(done.until)}" if done.until else f"until 'workcell notify resume {done.name}'"
        out.line(f"{done.name} is paused {ends}")


@app.command("resume")
def resume(
    name: Annotated[str, typer.Argument(help="The adapter, as 'workcell notify ls' names it.")],
    as_json: arguments.Json = False,
) -> None:
    """End a pause; what waits goes out with the next tick or end of a run."""
    done: pauses.Resumed = call.perform("notify resume", pauses.ResumeRequest(name))
    if as_json:
        call.show("notify resume", done)
    else:
        out.line(f"{done.name} goes on" if done.was_paused else f"{done.name} was not paused")


@app.command("test")
def test(
    name: Annotated[str, typer.Argument(help="The adapter, as 'workcell notify ls' names it.")],
    as_json: arguments.Json = False,
) -> int:
    """Really send a test message, and say what came back. 1 if it did not arrive."""
    sent: op.Tested = call.perform("notify test", op.TestRequest(name))
    if as_json:
        call.show("notify test", sent)
        return 0 if sent.ok else 1
    return _say_tested(sent)


def _say_tested(sent: op.Tested) -> int:
    out.line(
        f"{sent.name}: {_OUTCOMES.get(sent.outcome, sent.outcome)} (took {sent.seconds:.1f} s): {out.safe(sent.said)}"
    )
    if sent.unattended is not None:
        out.say(f"{sent.name}: {out.safe(sent.unattended)}")
        out.say("hint: workcell doctor --as-cron")
    return 0 if sent.ok else 1


@app.command("lint")
def lint(files: Annotated[list[str], typer.Argument(help="Adapter files.")], as_json: arguments.Json = False) -> int:
    """Check adapter files: every fault, with its line and cure. 1 if there is any."""
    found: op.LintResult = call.perform("notify lint", op.LintRequest(tuple(files)))
    if as_json:
        call.show("notify lint", found)
    else:
        for fault in found.faults:
            out.line(out.safe(fault))
    return 1 if found.faults else 0
