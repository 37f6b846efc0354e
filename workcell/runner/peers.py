"""Who is at the other end of control.sock: a process of a run may not type there, nor stop its own run by it."""

import os
import struct

from workcell.base.light import socket
from workcell.rundir import caller, events

WINDOW, STOP = b"W", b"S"


def admitted(kind: bytes, tty: "int | None", connection: socket.socket, journal: events.Journal, attempt: int) -> bool:
    """Whether the caller may have what it asks for; where it may not, the journal and its terminal say so.

    `tty` and `connection` stay open.
    """
    why = refused(kind, connection)
    if why is None:
        return True
    journal.append("access.refused", attempt=attempt, verb="attach" if kind == WINDOW else "stop", why=why)
    if tty is not None:
        try:
            os.write(tty, f"workcell: no window that types: {why}\r\n".encode())
        except OSError:
            pass  # it takes nothing, or is gone
    return False


def refused(kind: bytes, connection: socket.socket) -> "str | None":
    """Why the caller may not have what it asks for; None when it may. The working directory is the run.

    A window that types is refused to a process inside any run, a stop to one inside this run. A caller that has
    already ended could hide its ancestors so, and gets neither. A caller of another user, or of a pid namespace that
    is none of ours, cannot be inside; where the system names no peer (macOS), everything is allowed.
    """
    if kind not in (WINDOW, STOP):
        return None
    peer = _peer(connection)
    if peer is None:
        return None
    if not os.path.exists(f"/proc/{peer}"):
        return "the caller had ended"
    run = os.getcwd()
    place = caller.place_of(peer, os.path.dirname(os.path.dirname(run)))
    own = os.getpid() in place.ancestors or run in place.runs
    if own or (kind == WINDOW and place.runs):
        return "the caller is inside a run"
    return None


def _peer(connection: socket.socket) -> "int | None":
    """The pid of a caller of our own user; None for any other caller, and where it cannot be asked."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    try:
        pid, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, 12))
    except OSError:
        return None
    return pid if pid > 0 and user == os.getuid() else None
