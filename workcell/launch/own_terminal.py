"""The calling terminal as the window onto a run, for a person whose tmux cannot be asked."""

import os
import signal
import socket
import termios

from workcell.base.errors import Unreachable
from workcell.rundir import attending, layout


def show(run: str, read_only: bool) -> int:
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
