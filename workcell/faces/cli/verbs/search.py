"""workcell search"""

import sys
from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, found_lines, out
from workcell.operations import encode
from workcell.views import search as op

app = typer.Typer(add_completion=False)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="All of them are in one text; 'a b' as it is.")],
    kinds: Annotated[
        str | None, typer.Option("--in", help="Only in prompt, answer, command, error, brief, handoff; with commas.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only what was written in the last so long, e.g. 2h.")] = None,
    repo: Annotated[str | None, typer.Option(help="Only in this directory or below: a path, or a name.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only of this agent, e.g. claude or codex.")] = None,
    last: Annotated[int, typer.Option("--last", "-n", help="Only so many hits, the newest.", min=1)] = op.LAST,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line each.")] = False,
) -> None:
    """Search what was asked, said and done in all conversations on this machine, and briefs and handoffs of runs."""
    chosen = tuple(kind.strip() for kind in kinds.split(",")) if kinds else ()
    request = op.Request(tuple(words), chosen, arguments.duration("--since", since), repo, agent, last)
    hits = call.perform("search", request)
    lines = None if as_json else found_lines.Lines(request.words, out.columns())
    count = 0
    for hit in hits:
        count += 1
        if lines is None:
            sys.stdout.buffer.write(out.encoded(encode.document("search", hit), one_line=True))
            sys.stdout.buffer.flush()
            continue
        for line in lines.of(hit):
            print(line, flush=True)
    if lines is not None and not count:
        out.say("nothing was found; fewer words find more")
    if lines is not None and count == last:
        out.say(f"these are {out.count(count, 'hit')}; --last N shows more")
