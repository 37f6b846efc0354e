"""workcell verify"""

import typer

from workcell.faces.cli import app as face
from workcell.faces.cli import given, out
from workcell.ops import verify as op

app = typer.Typer(add_completion=False)


@app.command()
def verify(run: given.Run, as_json: given.Json = False) -> int:
    """Run the pinned verify script again, in the tree as it is now; no verdict is changed. 1 if it does not pass."""
    found = op.verify(given.run(run), to_terminal=not as_json)
    if as_json:
        face.document(
            "verify", {"id": found.id, "passed": found.passed, "verify": found.verify, "output": found.output}
        )
    else:
        out.say(f"verify: {found.verify['how']}, code {found.verify['code']}, {found.verify['seconds']:.1f} s")
        if found.verify["error"]:
            out.say(out.safe(found.verify["error"]))
    return 0 if found.passed else 1
