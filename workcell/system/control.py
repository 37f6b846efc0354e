"""The socket of a runner: telling it that something waits for it."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING

from workcell.rundir import layout

if TYPE_CHECKING:
    from workcell.rundir import schema


def notify_runner(run: str, kind: bytes = b"P", runner: schema.Identity | None = None) -> bool:
    """Tell the runner that something waits in its inbox, or that it is to stop (S); whether it was told.

    It looks every two seconds by itself. With `runner`, its identity, nothing is told to another process: the agent
    may have put the socket of another run in the place of its own.
    """
    try:
        where = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.5)
            # by way of the open directory: the path to a run may be longer than a socket's name may be
            connection.connect(f"/proc/self/fd/{where}/{layout.CONTROL}")
            if runner is not None and _listener(connection) not in (None, runner.get("pid")):
                return False
            connection.sendall(kind)
        return True
    except OSError:
        return False
    finally:
        os.close(where)


def _listener(connection: socket.socket) -> int | None:
    """The pid of the process that listens at the other end; None where the system does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    pid: int = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, 12))[0]
    return pid or None
