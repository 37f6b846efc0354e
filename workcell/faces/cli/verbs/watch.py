"""workcell watch"""

from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out
from workcell.rundir import vocabulary
from workcell.together import watching as op

app = typer.Typer(add_completion=False)


@app.command()
def watch(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="The runs; each is told of by itself.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Also every live run of this group.")] = None,
    wanted: Annotated[
        str,
        typer.Option(
            "--for", help="done; attention: over or in need of a person; idle: over or at the end of its turn."
        ),
    ] = "done",
    within: Annotated[
        str | None, typer.Option(metavar="TIME", help="Be told after this long in any case, e.g. 10m.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """From inside a run: get a message once other runs are over. It returns at once, and no process waits.

    'workcell watches' lists what is open, 'workcell unwatch' takes it back. To look at all runs, use 'workcell top'.
    """
    if wanted not in vocabulary.WATCH_FORS:
        raise Usage(f"cannot watch for {wanted!r}", "--for done, --for attention, or --for idle")
    words = arguments.one_of(wanted, vocabulary.WATCH_FORS)
    request = op.WatchRequest(tuple(runs or ()), group, words, arguments.duration("--within", within))
    found: op.WatchResult = call.perform("watch", request)
    if as_json:
        call.show("watch", found)
        return
    for one in found.watches:
        print(f"{one.id} {one.run} {_words(one)}")
    if found.warning:
        out.say(f"workcell: a watchdog tells of a time, and of what was killed: {out.safe(found.warning)}")


def _words(one: op.Watched) -> str:
    if one.told:
        return "has come already: the message is in your inbox"
    until = f", at the latest {out.when(one.due_at)}" if one.due_at else ""
    return f"{'is watched' if one.new else 'was watched before'}{until}"
