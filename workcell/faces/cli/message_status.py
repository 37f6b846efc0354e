"""What became of a message, told to its sender."""

from workcell.faces.cli import call, out, several
from workcell.rundir import inbox
from workcell.together import own_command, send


def tell(done: send.Result, verb: str, as_json: bool) -> int:
    """Print it."""
    if as_json:
        call.show(verb, done)
    else:
        out.line(f"{done.state}: {out.safe(str(done.why))}")
        _tell_check([done])
    return 0


def tell_own(done: own_command.Result, verb: str, as_json: bool) -> int:
    """Print what became of a command to the agent's program."""
    if as_json:
        call.show(verb, done)
    else:
        out.line(f"{done.state or 'nothing to do'}: {out.safe(done.why)}")
    return 0


def _tell_check(runs: list[send.Result]) -> None:
    """Say what comes of the checks that were asked for."""
    asked = [one.id for one in runs if one.check is not None]
    if asked:
        out.line(f"once that turn has ended its check is run, and you are told: workcell inbox {asked[0]} --all")


def tell_several(done: send.Results, as_json: bool) -> int:
    """Print what became of a text at each run; 1 where it did not reach one of them."""
    if as_json:
        call.show("send", done)
    else:
        for one in done.runs:
            out.line(f"{one.id} {one.state}: {out.safe(str(one.why))}")
        _tell_check(done.runs)
        several.tell_failures(done.failed)
    return 1 if done.failed or any(one.state == inbox.REFUSED for one in done.runs) else 0
