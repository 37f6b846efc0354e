"""attach: a window onto the terminal of a live run, in tmux or on the calling terminal itself."""

import os
import signal
import socket
import sys
import termios
from dataclasses import dataclass

from workcell.base.errors import Refused, Unreachable, WorkcellError
from workcell.launch import start
from workcell.rundir import find, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.system import tmux


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    read_only: bool = False
    """Look, and type nothing."""


@dataclass(frozen=True)
class Result:
    run: str
    """The run's directory."""
    argv: list[str] | None
    """What to exec; None when there is nothing to see any more."""
    direct: bool
    """Whether the calling terminal must be the window, since tmux cannot be asked."""
    note: str | None


def perform(cell: Cell, request: Request) -> Result:
    """The operation `attach`: what the asker's terminal has to exec. Raises what `find.run` and `prepare` raise."""
    return prepare(cell.home, find.run(cell.home, request.run), request.read_only)


def prepare(home: str, run: str, read_only: bool) -> Result:
    """Make the run's window again if it is missing, and say what to exec. Refused when no terminal is open."""
    seen = look.at(run)
    if seen.phase in (phase.DONE, phase.FINISHING):
        word = seen.outcome or "ending"
        return Result(
            run, None, False, f"{seen.id} is {word}: there is no terminal any more; see 'workcell logs {seen.id}'"
        )
    if seen.phase != phase.RUNNING:
        raise Refused(f"cannot attach to {seen.id}: it is {seen.phase}", f"workcell status {seen.id}")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("attach needs a terminal", f"workcell logs -f {seen.id}")
    server = tmux.server_of(home)
    try:
        tmux.prepare(server)
        sessions = server.sessions()
        if sessions is None:
            raise Unreachable(f"the tmux server at {server.socket} does not answer", "workcell doctor")
        if seen.id not in sessions:
            trouble = start.window(home, run, seen.n)
            if trouble:
                raise Unreachable(trouble, "workcell doctor")
    except WorkcellError as error:
        return Result(
            run, [], True, f"{error.message}; this terminal is the window until the run ends (close it to leave)"
        )
    return Result(run, tmux.attach_words(server, seen.id, read_only), False, None)


def here(run: str, read_only: bool) -> int:
    """Be the window on the calling terminal until the attempt ends; its settings are put back afterwards.

    The terminal is opened afresh by its path: making the inherited descriptor non-blocking would reach the shell
    that gave it to us.
    """
    os.chdir(run)
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
