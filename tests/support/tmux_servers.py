"""tmux servers that a test makes or looks at, with libtmux.

Only servers that answer: libtmux says of a server that died what it says of one that never was, and waits without
limit for one that is stopped. What workcell says of such servers is tested without it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import libtmux

from workcell.rundir import layout


def of(home: str) -> libtmux.Server:
    """The server of a home, read by another program than workcell."""
    return libtmux.Server(socket_path=os.path.join(home, layout.TMUX_SOCKET))


def sessions(home: str) -> list[str]:
    """Names of the sessions of a home's server, sorted; empty when there is no server."""
    return sorted(str(session.session_name) for session in of(home).sessions)


@contextmanager
def private(socket: str, command: str, columns: int, rows: int) -> Iterator[libtmux.Server]:
    """A server of its own with one session that runs `command`; it is ended in the end. Reads no configuration."""
    server = libtmux.Server(socket_path=socket, config_file="/dev/null")
    server.new_session("test", attach=False, x=columns, y=rows, window_command=command)
    try:
        yield server
    finally:
        server.kill()
