"""The windows onto one terminal: each is a tty that another process passed to us, and none is ever waited for."""

import fcntl
import os
import select
import struct
import sys
import termios
import time

from workcell.base.light import socket
from workcell.terminal.strip_ansi import strip_control

BACKLOG = 1 << 18
"""Bytes that a window may lag behind before it is shown the last screenful instead."""

RESYNC = 0.1
"""Seconds between two such screenfuls."""

_SCREENFUL = 1 << 14


class Window:
    """One tty, and the connection that ends when its holder goes."""

    def __init__(self, connection: socket.socket, tty: int, read_only: bool) -> None:
        self.connection = connection
        self.tty = tty
        self.read_only = read_only
        self.backlog = bytearray()
        self.lost_until: float | None = None
        self._raw()

    def _raw(self) -> None:
        """Raw mode: what the program in the terminal wrote and what the person types pass through untouched."""
        try:
            mode = termios.tcgetattr(self.tty)
            mode[0] = 0
            mode[1] = 0
            mode[2] = (mode[2] & ~(termios.CSIZE | termios.PARENB)) | termios.CS8
            mode[3] = 0
            mode[6][termios.VMIN] = 1
            mode[6][termios.VTIME] = 0
            termios.tcsetattr(self.tty, termios.TCSANOW, mode)
        except termios.error:
            pass

    @property
    def answers(self) -> bool:
        """Whether the terminal behind it can be expected to answer what the agent asks."""
        return not self.read_only and self.lost_until is None

    def size(self) -> "tuple[int, int] | None":
        """(columns, rows) of the tty; None where it has none."""
        try:
            packed = fcntl.ioctl(self.tty, termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return None
        rows, columns, _, _ = struct.unpack("HHHH", packed)
        return (columns, rows) if columns and rows else None

    def show(self, data: "bytes | memoryview") -> None:
        """Pass output on, as far as the tty takes it."""
        if self.lost_until is not None:
            return
        self.backlog += data
        self.flush()
        if len(self.backlog) > BACKLOG:
            self.backlog.clear()
            self.lost_until = time.monotonic() + RESYNC

    def greet(self, tail: bytes) -> None:
        """Show the last screenful of the log with nothing in it that could ask the terminal a question.

        A question that is replayed would be answered by the terminal, and the answer typed into the agent.
        """
        self.lost_until = None
        size = self.size()
        lines = strip_control(tail).split(b"\n")[-(size[1] if size else 50) :]
        self.backlog = bytearray(b"\x18\x1b[m" + b"\r\n".join(lines))
        self.flush()

    def takes(self) -> bool:
        """Whether the tty takes output now. One that is stopped is not shown, and the agent not resized for it."""
        poll = select.poll()
        poll.register(self.tty, select.POLLOUT)
        return bool(poll.poll(0))

    def flush(self) -> None:
        """Write until the tty takes no more. Raises OSError when the tty is gone."""
        while self.backlog:
            try:
                written = os.write(self.tty, self.backlog[:65536])
            except BlockingIOError:
                return
            del self.backlog[:written]

    def close(self) -> None:
        os.close(self.tty)
        self.connection.close()


def accept(listener: socket.socket) -> "tuple[bytes, int | None, socket.socket] | None":
    """(kind, descriptor, connection) of the next caller at control.sock; None when it said nothing.

    Kinds: W a window, R a window that only shows, P a poke: look into your inbox, H one of a hook: look into your
    spool, S a stop with the usual grace, for who found no room for a message.
    """
    try:
        fd, _ = listener._accept()  # type: ignore[attr-defined]
    except OSError:
        return None
    connection = socket.socket(fileno=fd)
    connection.settimeout(0.2)  # every caller of ours sends at once
    try:
        kind, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_LEN(4))
    except OSError:
        kind, ancillary = b"", []
    descriptors = [
        int.from_bytes(data[:4], sys.byteorder)
        for level, sort, data in ancillary
        if level == socket.SOL_SOCKET and sort == socket.SCM_RIGHTS and len(data) >= 4
    ]
    if not kind or (kind in b"WR") != (len(descriptors) == 1):
        for tty in descriptors:
            os.close(tty)
        connection.close()
        return None
    connection.setblocking(False)
    if not descriptors:
        return kind, None, connection
    os.set_inheritable(descriptors[0], False)
    os.set_blocking(descriptors[0], False)
    return kind, descriptors[0], connection


def listen(path: str) -> socket.socket:
    """The socket at `path`, relative to the working directory: a path of any depth then fits in 107 bytes."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    listener.setblocking(False)
    return listener


def gone(event: int) -> bool:
    """Whether a poll event says that the far end has gone."""
    return bool(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL))
