"""workcell release"""

import typer

from workcell.accounts import hold as op
from workcell.faces.cli import arguments, call, out, several

app = typer.Typer(add_completion=False)


@app.command()
def release(
    runs: several.Runs = None,
    group: several.Group = None,
    label: several.Label = None,
    as_json: arguments.Json = False,
) -> int:
    """Let held runs go on, and with each every run of its account."""
    return several.each(
        several.Chosen(runs or [], group, label or [], live=True),
        "release",
        lambda run: call.perform("release", op.ReleaseRequest(run)),
        _show,
        op.ReleasedAll if as_json else None,
    )


_HELD = {"run": "the run", "account": "its account"}
"""What was released, in words."""


def _show(done: op.Released) -> None:
    if done.released:
        out.line(f"{done.id} is held no more: {' and '.join(_HELD[one] for one in done.released)}")
    else:
        out.line(f"{done.id} was not held")
