"""workcell inbox"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, edit, out
from workcell.rundir import inbox as states
from workcell.together import inbox_change, send
from workcell.views import inbox as op


class _Group(TyperGroup):
    """`inbox RUN` without a verb of its own means `inbox ls RUN`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = ["ls", *args]
        return super().parse_args(ctx, args)


_HELP = "The messages of runs, and what can be done with one until it is typed. 'inbox [RUN]' is 'inbox ls [RUN]'."
app = typer.Typer(cls=_Group, add_completion=False, help=_HELP)

Id = Annotated[str, typer.Argument(metavar="ID", help="The message: its id, or how that begins or ends.")]

_COLOURS = {states.TYPED: "36", states.REFUSED: "31", states.SUGGESTED: "33", states.REMOVED: "90"}

_SHORT = 8
"""Characters at the end of an id that are shown: those are random."""


@app.command("ls")
def ls(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only the messages of this run.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Also those that arrived, and those that were taken out.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """List the messages of a run: being typed, waiting, suggested, refused; the next first."""
    found: op.Result = call.perform("inbox ls", op.Request(run, all))
    if as_json:
        call.show("inbox ls", found)
        return
    if not any(box.messages for box in found.runs):
        out.say("no message waits")
    for box in found.runs:
        if len(found.runs) > 1:
            out.line(out.paint(out.safe(box.id), "1"))
        for one in box.messages:
            _print(box, one)


def _print(box: op.Box, one: op.Entry) -> None:
    state = out.paint(one.state, _COLOURS.get(one.state, "1"))
    when = f"  {out.when(one.at)}" if one.at else ""
    kind = one.mode or one.kind
    out.line(f"{out.safe(one.id[-_SHORT:])}  {state}  {out.safe(kind)}  by {out.safe(one.by)}{when}")
    for line in out.wrapped(one.text, max(20, out.columns() - 2)):
        print(f"  {line}")
    if one.replaces:
        print(out.paint(f"  in place of {out.safe(one.replaces[-_SHORT:])}", "90"))
    for line in out.wrapped(one.why, max(20, out.columns() - 2)) if one.why else ():
        print(out.paint(f"  {line}", "90"))
    _print_check(one)
    if one.state == states.SUGGESTED:
        for verb in ("release", "rm"):
            print(f"  workcell inbox {verb} {out.safe(box.id)} {out.safe(one.id[-_SHORT:])}")


def _print_check(one: op.Entry) -> None:
    if one.check:
        colour = "90" if one.output is None else "31"
        print(out.paint(f"  its check: {out.safe(one.check)}", colour))
    for line in out.body(one.output).splitlines() if one.output else ():
        print(f"    {line}")


@app.command("rm")
def rm(run: arguments.Run, message: Id, as_json: arguments.Json = False) -> None:
    """Take a message out before it is typed; it stays on record."""
    done: inbox_change.Changed = call.perform("inbox rm", inbox_change.RmRequest(run, message))
    _tell("inbox rm", done, "removed", as_json)


@app.command("edit")
def edit_message(
    run: arguments.Run,
    message: Id,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="The new text; - reads it from standard input.")
    ] = None,
    file: Annotated[str | None, typer.Option(help="A file with the new text.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Give a message that waits another text; without one, your editor opens. Its place stays."""
    if text is not None and file is not None:
        raise Usage("the text is given in two ways", "one of TEXT and --file")
    if file is not None:
        _change(run, message, _read(file), as_json)
    elif text is not None:
        _change(run, message, send.read("-") if text == "-" else text, as_json)
    else:
        now: inbox_change.Text = call.perform("inbox edit", inbox_change.EditRequest(run, message))
        with edit.text(now.text, _purpose(now)) as kept:
            _change(run, now.message, kept.text, as_json)


def _purpose(now: inbox_change.Text) -> edit.Purpose:
    return edit.Purpose(
        verb="workcell inbox edit",
        file="message.txt",
        nothing="the message stays as it is",
        emptied=f"to take it out: workcell inbox rm {now.id} {now.message}",
        instead="give the new text: workcell inbox edit RUN ID TEXT",
        unchanged="nothing is to be done",
    )


def _read(path: str) -> str:
    try:
        return send.read(path)
    except OSError as error:
        raise Usage(f"{out.safe(path)} cannot be read: {error.strerror}", "name a file that you can read") from error


def _change(run: str, message: str, text: str, as_json: bool) -> None:
    done: inbox_change.Changed = call.perform("inbox edit", inbox_change.EditRequest(run, message, text))
    _tell("inbox edit", done, "edited", as_json)


@app.command("first")
def first(run: arguments.Run, message: Id, as_json: arguments.Json = False) -> None:
    """Put a message before all that wait in the same mode."""
    done: inbox_change.Changed = call.perform("inbox first", inbox_change.FirstRequest(run, message))
    _tell("inbox first", done, "put first", as_json)


@app.command("release")
def release(run: arguments.Run, message: Id, as_json: arguments.Json = False) -> None:
    """Let a message that was suggested reach the agent."""
    done: inbox_change.Changed = call.perform("inbox release", inbox_change.ReleaseRequest(run, message))
    _tell("inbox release", done, "released", as_json)


def _tell(verb: str, done: inbox_change.Changed, word: str, as_json: bool) -> None:
    if as_json:
        call.show(verb, done)
        return
    into = f", now {done.into[-_SHORT:]}" if done.into else ""
    ahead = f"; {out.count(done.ahead, 'message')} before it" if done.ahead else ""
    why = f": {out.safe(done.why)}" if done.why else ""
    place = f" (in place of {out.safe(done.named[-_SHORT:])})" if done.named else ""
    out.line(f"{word}: {out.safe(done.message[-_SHORT:])}{place}{into}{ahead}{why}")
