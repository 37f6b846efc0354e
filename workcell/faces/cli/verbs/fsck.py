"""workcell fsck"""

from dataclasses import asdict
from typing import Annotated

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import given, out
from workcell.ops import fsck as op
from workcell.rundir import layout

app = typer.Typer(add_completion=False)


@app.command()
def fsck(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN...]", help="Only these runs; all by default.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Write status.json anew from the sealed files.")] = False,
    as_json: given.Json = False,
) -> int:
    """Check run directories against the format. 1 if anything is wrong."""
    reports = op.fsck(layout.home(), [given.run(run) for run in runs] if runs else None, rebuild=rebuild)
    bad = [report for report in reports if report.problems]
    if as_json:
        face.document("fsck", {"checked": len(reports), "runs": [asdict(r) for r in reports if r.problems or r.mended]})
        return 1 if bad else 0
    for report in reports:
        for line in report.mended:
            print(f"{report.id}: {out.safe(line)}")
        for line in report.problems:
            print(f"{report.id}: {out.paint(out.safe(line), '31')}")
    out.say(f"{len(reports)} runs checked, {len(bad)} with problems")
    return 1 if bad else 0
