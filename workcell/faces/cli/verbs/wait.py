"""workcell wait"""

from typing import Annotated

import typer

from workcell.base.errors import NotFound, TimedOut, Usage
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, foreground, out
from workcell.rundir import find, layout
from workcell.texts import fields
from workcell.views import ls

app = typer.Typer(add_completion=False)


@app.command()
def wait(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="The runs; all of them are waited for.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="All runs of this group.")] = None,
    wanted: Annotated[str, typer.Option("--for", help="done, or attention: over or in need of a person.")] = "done",
    timeout: Annotated[str | None, typer.Option(help="Give up after this long, e.g. 2h; exit code 124.")] = None,
    as_json: arguments.Json = False,
) -> int:
    """Wait until runs are over; 0 if all passed, 1 if not, 124 when the time is up."""
    seconds = fields.parse_duration(timeout) if timeout else None
    if timeout and seconds is None:
        raise Usage(f"{timeout!r} is not a duration", "write it like 90s or 2h")
    if wanted not in ("done", "attention"):
        raise Usage(f"cannot wait for {wanted!r}", "--for done, or --for attention")
    paths = [arguments.run(run) for run in runs or []]
    if group is not None:
        paths += [find.path_of(layout.home(), run["id"]) for run in ls.ls(layout.home(), group=group).runs]
        if not paths:
            raise NotFound(f"no run is in group {group!r}", "workcell ls --all")
    if not paths:
        raise Usage("no run to wait for", "workcell wait RUN, or workcell wait --group GROUP")
    paths = list(dict.fromkeys(paths))
    found = foreground.wait(paths, wanted, seconds)
    if found.timed_out:
        raise TimedOut(f"not over after {timeout}: " + ", ".join(found.states), "workcell ls")
    ids = [path.rpartition("/")[2] for path in paths]
    if as_json:
        rows = [{"id": run, "state": state} for run, state in zip(ids, found.states, strict=True)]
        face.document("wait", {"met": found.met, "runs": rows})
    else:
        for run, state in zip(ids, found.states, strict=True):
            word, code = out.state(state)
            print(f"{run} {out.paint(word, code)}")
    return 0 if found.met else 1
