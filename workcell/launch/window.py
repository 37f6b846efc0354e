"""A window onto the terminal of a live run, in tmux or on the calling terminal itself.

A person looks at the screen until it comes, so no dataclass stands here: they take longer to
load than all the rest.
"""

import os
import signal
import socket
import sys
import termios
from typing import NamedTuple

from workcell.base import clock
from workcell.base.errors import Refused, Unreachable, WorkcellError
from workcell.rundir import attending, deferred, layout, look, phase, run_hold, status
from workcell.rundir import needs as table
from workcell.system import tmux


class Opening(NamedTuple):
    """What has to be run for a window to be open."""

    run: str
    """The run's directory."""
    argv: list[str] | None
    """What to run; None when the run is over, or as good as over: it has no terminal any more."""
    direct: bool
    """Whether the calling terminal must be the window, since tmux cannot be asked."""
    note: str | None


def prepare(home: str, run: str, read_only: bool) -> Opening:
    """Make the run's window again if it is missing, and say what to exec. Refused when no terminal is open."""
    seen = look.at(run)
    if seen.phase in (phase.DONE, phase.FINISHING):
        return Opening(run, None, False, None)
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
        return Opening(
            run, [], True, f"{error.message}; this terminal is the window until the run ends (close it to leave)"
        )
    return Opening(run, tmux.attach_words(server, seen.id, read_only), False, None)


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
    due = status.due_at(seen)
    reason = seen.next.get("reason") if seen.next and seen.phase == phase.SCHEDULED else None
    when = f"; its next attempt may start at {clock.local(clock.parse(due))}" if due else ""
    return Refused(f"{begun}{when}{_because(reason)}", f"start it now: workcell resume {name}")


def _until(stamp: object) -> str:
    return f" until {clock.local(clock.parse(str(stamp)))}" if stamp else ""


def _because(why: object) -> str:
    return f" ({why})" if why else ""


def here(run: str, read_only: bool) -> int:
    """Be the window on the calling terminal until the attempt ends; its settings are put back afterwards.

    The terminal is opened afresh by its path: making the inherited descriptor non-blocking would reach the shell
    that gave it to us.
    """
    os.chdir(run)
    there = attending.open_window(run)
    tty = os.open(os.ttyname(0), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    saved = termios.tcgetattr(tty)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(layout.CONTROL)
            except OSError as error:
                name = os.path.basename(run)
                raise Unreachable(
                    f"no terminal is open in {name}: {error.strerror}", f"workcell status {name}"
                ) from error
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, _leave)  # before the runner can have made the terminal raw
            socket.send_fds(connection, [b"R" if read_only else b"W"], [tty])
            signal.signal(signal.SIGWINCH, lambda number, frame: _resized(connection))
            while connection.recv(64):
                pass
    finally:
        try:
            # now, not once the output has drained: a terminal that takes nothing would keep us here
            termios.tcsetattr(tty, termios.TCSANOW, saved)
        except termios.error:
            pass  # the terminal itself is gone
        os.close(tty)
        os.close(there)
    return 0


def _leave(number: int, frame: object) -> None:
    """Raw mode must not outlive us in the shell that started us."""
    raise SystemExit(128 + number)


def _resized(connection: socket.socket) -> None:
    """Any byte says that the size has changed; the runner asks the terminal itself."""
    try:
        connection.send(b"z", socket.MSG_DONTWAIT)
    except OSError:
        pass  # the attempt has just ended
