"""workcell verify"""

import sys
from typing import Annotated

import typer

from workcell.base import clock
from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.finish import verify as op

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    run: arguments.Run,
    raw: Annotated[
        bool, typer.Option("--raw", help="The script's bytes as they are, secrets and controls too.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Run the pinned verify script again, in the tree as it is now; no verdict is changed. 1 if it does not pass."""
    if raw and as_json:
        raise Usage("--raw and --json exclude each other", "leave one of them out")
    # with --raw the script gets standard output itself
    found: op.Result = call.perform("verify", op.Request(run, raw), None if as_json else _line)
    if as_json:
        call.show("verify", found)
    else:
        code, took = found.verify["code"], clock.span(found.verify["seconds"])
        said = f"ended with {code}" if code is not None else _ENDS[found.verify["how"]]
        line = f"the check {said} after {took}: {found.meaning}"
        out.say("\n".join(out.wrapped(line, out.columns(sys.stderr))))
        if found.verify["error"]:
            out.say(out.safe(found.verify["error"]))
        if found.next:
            out.say(f"hint: {found.next}")
    return 0 if found.passed else 1


_ENDS = {
    "exited": "was ended by a signal",
    "limit": "was ended at its time limit",
    "tampered": "was not run: it is not what was pinned",
    "not-started": "could not be started",
}
"""How a check ended that has no exit code."""


def _line(what: str, text: str) -> None:
    print(text, flush=True)
