"""workcell send"""

import shlex
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, message_status
from workcell.rundir import vocabulary
from workcell.together import send as op

app = typer.Typer(add_completion=False)


@app.command()
def send(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[RUN] TEXT", help="The run, and the message; - as TEXT reads it from standard input."),
    ],
    group: Annotated[str | None, typer.Option(help="In place of RUN: all live runs of this group.")] = None,
    children: Annotated[bool, typer.Option("--children", help="In place of RUN: the children that live.")] = False,
    sequential: Annotated[bool, typer.Option("--sequential", help="When the agent is idle (the default).")] = False,
    important: Annotated[bool, typer.Option("--important", help="After the turn that runs.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="At once: the turn that runs is interrupted.")] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help="Let it wait until a person releases it.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run its check once that turn has ended, and tell you; the run goes on.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Put a message before the agent; never into a dialog or a half-typed line."""
    if sequential + important + urgent > 1:
        raise Usage("--sequential, --important and --urgent exclude each other", "give one of them, or none")
    several = group is not None or children
    if several and len(words) != 1:
        raise Usage(f"{len(words)} words where TEXT should stand", "leave RUN out, and quote the text as one word")
    if not several and len(words) == 1:
        raise Usage("the text is missing", f"workcell send {shlex.quote(words[0])} TEXT")
    if not several and len(words) != 2:
        raise Usage(f"{len(words)} words where RUN and TEXT should stand", "quote the text as one word")
    text = op.read("-") if words[-1] == "-" else words[-1]
    mode = "urgent" if urgent else "important" if important else "sequential"
    known = arguments.one_of(mode, vocabulary.MESSAGE_MODES)
    request = op.Request(None if several else words[0], text, known, group, children, suggest, verify)
    done: op.Result | op.Results = call.perform("send", request)
    if isinstance(done, op.Results):
        return message_status.tell_several(done, as_json)
    return message_status.tell(done, "send", as_json)
