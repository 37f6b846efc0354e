"""The tmux of a person, which is not the server of a home: where it is, and a window in it."""

import os
import sys
from collections.abc import Mapping

from workcell.base.errors import NotFound, Unreachable
from workcell.system import run_program, tmux

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")


def socket_of(environment: Mapping[str, str]) -> str:
    """The socket of the tmux that the caller sits in, else that of the user's default server."""
    inside = environment.get("TMUX", "").partition(",")[0]
    return inside or os.path.join(environment.get("TMUX_TMPDIR") or "/tmp", f"tmux-{os.getuid()}", "default")


def open_window(environment: Mapping[str, str], name: str, directory: str, command: str) -> str:
    """Show `command` in a window of that name; the name of the session that has it. An older window is used again.

    Raises NotFound where no such tmux runs, Unreachable where it does not answer within 2 seconds.
    """
    socket = socket_of(environment)
    if not os.path.exists(socket):
        raise NotFound("you have no tmux that runs", "start one with 'tmux', and try again in it")
    # asked with a time limit first: the process that makes the window is not started for a server that hangs
    there = tmux.bounded(socket, ["tmux", "-S", socket, "display-message", "-p", "#{pid}"], tmux.TIMEOUT)
    if not there.ok:
        raise NotFound("you have no tmux that runs", "start one with 'tmux', and try again in it")
    inside = environment.get("TMUX", "").split(",")
    session = f"${inside[2]}" if len(inside) == 3 else ""
    words = [sys.executable, "-I", _PROGRAM, "_open", socket, session, name, directory, command]
    ran = run_program.run(words, timeout=tmux.OPENS, env=environment)
    if not ran.ok:
        raise Unreachable(f"your tmux at {socket} opened no window: {ran.complaint()}", "workcell doctor")
    return ran.text().strip()
