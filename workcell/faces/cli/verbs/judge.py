"""workcell judge"""

from typing import Annotated

import typer

from workcell.agents import registry
from workcell.base.errors import Usage
from workcell.cleaning import run_cleaner
from workcell.evidence import judge_directory as directory
from workcell.evidence import judge_run
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, out
from workcell.playbooks import library
from workcell.rundir import layout
from workcell.terminal import log_reader

app = typer.Typer(add_completion=False)


@app.command()
def judge(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run.")] = None,
    recipe: Annotated[str | None, typer.Option(help="With --from: the agent that left them.")] = None,
    source: Annotated[str | None, typer.Option("--from", metavar="DIR", help="A directory in place of a run.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Judge why a run, or what an agent left in a directory, ended or hangs."""
    if (run is None) == (source is None):
        raise Usage("name a run, or a directory with --from", "workcell judge --recipe claude --from DIR")
    if source is not None:
        if recipe is None:
            raise Usage("--from needs --recipe", f"--recipe NAME; agents: {', '.join(registry.names())}")
        where = None
        signals = library.signals(library.load(home=layout.home())[0])
        found = directory.judge_directory(source, recipe, signals, render=log_reader.screen)
    else:
        where = arguments.run(run or "")
        found = judge_run.judge_run(layout.home(), where)
    found = run_cleaner.of_run(where).record(found)
    if as_json:
        face.document("judge", found)
        return
    print(f"{found['verdict']} {found['confidence']:.2f}")
    for one in found["evidence"]:
        print(f"  {one['source']}: {one['says']} {one['confidence']:.2f} {out.safe(one['words'])}")
