"""workcell release"""

import typer

from workcell.accounts import hold as op
from workcell.faces.cli import arguments, call

app = typer.Typer(add_completion=False)


@app.command()
def release(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Let a held run go on, and with it every run of its account."""
    done: op.Released = call.perform("release", op.ReleaseRequest(run))
    if as_json:
        call.show("release", done)
    elif done.released:
        print(f"{done.id} let go: {' and '.join(done.released)}")
    else:
        print(f"{done.id} was not held")
