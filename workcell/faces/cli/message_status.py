"""What became of a message, told to its sender."""

from workcell.faces.cli import call, out
from workcell.together import send


def tell(done: send.Result, verb: str, as_json: bool) -> int:
    """Print it."""
    if as_json:
        call.show(verb, done)
    else:
        out.line(f"{done.state}: {out.safe(str(done.why))}")
    return 0
