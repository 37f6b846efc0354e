"""What became of a yes or no, told to the person who gave it."""

from workcell.faces.cli import call, message_status, out
from workcell.together import send
from workcell.watch import approving


def tell(done: send.Result | approving.Decided, verb: str, as_json: bool) -> int:
    """Print it; the exit code is 1 where what was approved could not all be done."""
    if isinstance(done, send.Result):
        return message_status.tell(done, verb, as_json)
    if as_json:
        call.show(verb, done)
    else:
        before = "" if done.new else f" (at {out.when(done.at)})"
        out.line(f"{done.proposal} {done.state}{before}" + (f": {out.safe(done.why)}" if done.why else ""))
        for act in done.acts:
            out.line(f"  {act.state}: {out.safe(act.words)}" + (f" ({out.safe(act.said)})" if act.said else ""))
    return 1 if done.state == "failed" else 0
