"""What became of a message, told to its sender."""

from workcell.base.errors import Refused
from workcell.faces.cli import app as face
from workcell.faces.cli import out
from workcell.rundir import inbox
from workcell.together import send


def tell(done: send.Result, verb: str, as_json: bool) -> int:
    """Print it; Refused when the message was."""
    if done.state == inbox.REFUSED:
        raise Refused(f"the message to {done.id} was refused: {done.why}", f"workcell what {done.id}")
    if as_json:
        data = {"id": done.id, "message": done.message, "state": done.state, "why": done.why}
        face.document(verb, data)
    else:
        print(f"{done.state}: {out.safe(str(done.why))}")
    return 0
