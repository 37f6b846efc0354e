"""workcell export"""

import os
from typing import Annotated, Any

import typer

from workcell.base.errors import CannotCreate, Usage
from workcell.faces.cli import arguments, call, out
from workcell.views import export as op

app = typer.Typer(add_completion=False)


@app.command()
def export(
    run: arguments.RunOrSession,
    form: Annotated[
        str | None, typer.Option("--as", help="md, html, jsonl or cast; else as the name of the file ends, or md.")
    ] = None,
    attempt: Annotated[int | None, typer.Option(help="Only that attempt; else all.", min=1)] = None,
    raw: Annotated[bool, typer.Option("--raw", help="With secrets and control characters, as recorded.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="A new file; else standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where there is one.")] = False,
    as_json: arguments.Json = False,
) -> None:
    """Write the conversation of a run as one file: what was asked, what the agent said and did. Secrets are masked."""
    if as_json and output is None:
        raise Usage("--json tells of a file that was written", f"workcell export {run} -o FILE --json")
    request = op.Request(run, _form(form, output), attempt, raw)
    if output is None:
        found: op.Result = call.perform("export", request)
    else:
        found = _into(output, request, force)
    if as_json:
        call.show("export", found)
        return
    if output is not None:
        out.say(f"workcell: {out.safe(output)}: {out.count(found.size, 'byte')}")
    for one in found.taken_out:
        out.say(f"workcell: taken out: {out.safe(one.words)}")
    if raw:
        out.say("workcell: nothing was taken out (--raw): it may hold secrets")


def _form(form: str | None, output: str | None) -> Any:
    """The form that was asked for, else that of the name of the file. Raises Usage for another one."""
    ending = os.path.splitext(output)[1][1:] if output else ""
    if form is None and ending and ending not in op.FORMS:
        known = ", ".join(f".{one}" for one in op.FORMS)
        raise Usage(f"no form has files that end with .{ending}", f"-o with one of {known}, or --as {op.FORMS[0]}")
    chosen = form or ending or op.FORMS[0]
    if chosen not in op.FORMS:
        raise Usage(f"no such form: {chosen!r}", f"one of {', '.join(op.FORMS)}")
    return chosen


def _into(path: str, request: op.Request, force: bool) -> op.Result:
    """Write to a file of that name, which stands there whole or not at all."""
    if os.path.lexists(path) and not force:
        raise CannotCreate(f"{path!r} is there", "another name, or --force, which replaces it")
    folder, name = os.path.split(os.path.abspath(path))
    beside = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotCreate(
            f"{path!r} cannot be made: {error.strerror}", "-o with a name in a directory of yours"
        ) from None
    try:
        found: op.Result = call.perform("export", request, output=fd)
        os.rename(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    finally:
        os.close(fd)
    return found
