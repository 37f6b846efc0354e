"""A window onto the terminal of a live run: whether it can be opened, and what has to be run for it.

A person looks at the screen until it comes, so no dataclass stands here: they take longer to
load than all the rest.
"""

import sys

from workcell.base import clock
from workcell.base.errors import Refused, Unreachable, WorkcellError
from workcell.rundir import deferred, look, phase, run_hold, standby, status
from workcell.rundir import needs as table
from workcell.system import tmux


class Opening:
    """What has to be run for a window to be open."""

    __slots__ = ("argv", "direct", "note", "run")

    def __init__(self, run: str, argv: list[str] | None, note: str | None = None, *, direct: bool = False) -> None:
        self.run = run
        """The run's directory."""
        self.argv = argv
        """What to run; None when the run is over, or as good as over: it has no terminal any more."""
        self.direct = direct
        """Whether the calling terminal must be the window, since tmux cannot be asked."""
        self.note = note


def prepare(home: str, run: str, read_only: bool) -> Opening:
    """Make the run's window again if it is missing, and say what to exec. Refused when no terminal is open."""
    seen = look.at(run)
    if seen.phase in (phase.DONE, phase.FINISHING):
        return Opening(run, None)
    if seen.phase != phase.RUNNING:
        raise nothing_open(home, seen)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("attach needs a terminal", f"workcell logs -f {seen.id}")
    server = tmux.server_of(home)
    try:
        tmux.prepare(server)
        sessions = server.sessions()
        if sessions is None:
            raise Unreachable(f"the tmux server at {server.socket} does not answer", "workcell doctor")
        if seen.id not in sessions:
            from workcell.launch import start

            trouble = start.window(home, run, seen.n)
            if trouble:
                raise Unreachable(trouble, "workcell doctor")
    except WorkcellError as error:
        note = f"{error.message}; this terminal is the window until the run ends (close it to leave)"
        return Opening(run, [], note, direct=True)
    return Opening(run, tmux.attach_words(server, seen.id, read_only))


def nothing_open(home: str, seen: look.Look) -> Refused:
    """The error for a run without an agent: what it waits for, and what to type so that it goes on."""
    name = seen.id
    begun = f"cannot attach to {name}: it is {seen.phase}"
    if seen.phase not in (phase.SCHEDULED, phase.CREATED):
        needs = status.document(seen)["needs"]
        return Refused(f"{begun}{_because(seen.why)}", needs["command"] if needs else f"workcell status {name}")
    held = run_hold.standing(seen.run)
    if held is not None:
        words = f", and held{_until(held.get('until_at'))}{_because(held.get('why'))}"
        return Refused(begun + words, f"workcell release {name}")
    from workcell.accounts import holds

    account = holds.account(seen.run, seen.attempt)
    paused = holds.held(home, account)
    if paused is not None:
        words = f", and its account {account} is held{_until(paused.get('until_at'))}{_because(paused.get('why'))}"
        return Refused(begun + words, f"mend that, then: workcell resume {name}")
    call = deferred.undecided(seen)
    if call is not None:
        words = f"{begun}, and waits for a yes or no ({table.asked(call)})"
        return Refused(words, f"workcell approve {name}, or workcell deny {name}")
    if standby.waits(seen):
        return Refused(f"{begun}: {standby.REASON}", f"workcell send {name} TEXT")
    due = status.due_at(seen)
    reason = seen.next.get("reason") if seen.next and seen.phase == phase.SCHEDULED else None
    when = f"; its next attempt may start at {clock.local(clock.parse(due))}" if due else ""
    return Refused(f"{begun}{when}{_because(reason)}", f"start it now: workcell resume {name}")


def _until(stamp: object) -> str:
    return f" until {clock.local(clock.parse(str(stamp)))}" if stamp else ""


def _because(why: object) -> str:
    return f" ({why})" if why else ""
