"""The pseudo-terminal of one attempt."""

import fcntl
import os
import struct
import termios

_PIECE = 4096
"""Bytes asked for at a time. Python allocates what is asked for and gives back what did not come: pieces of 64 KiB, of
which 4 came, let a runner's memory grow by megabytes under a flood."""


class Terminal:
    """A pty: `master` is ours and never blocks, `slave` is the agent's and is closed once it has it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.master, self.slave = os.openpty()
        os.set_blocking(self.master, False)
        self.columns, self.rows = columns, rows
        self.shrink(0)

    def resize(self, size: "tuple[int, int]") -> None:
        """Take over (columns, rows); the kernel tells the agent only when they changed."""
        self.columns, self.rows = size
        self.shrink(0)

    def shrink(self, less: int) -> None:
        """Set the size to `less` rows fewer than it should be."""
        packed = struct.pack("HHHH", max(1, self.rows - less), self.columns, 0, 0)
        try:
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, packed)
        except OSError:
            pass

    def read(self, limit: int) -> "bytes | None":
        """What the agent wrote: some `limit` bytes, empty when there is nothing now, None when no process has it open.

        The kernel hands over at most 4 KiB at a time, so several reads make one piece of work: 0.6 of the CPU time.
        """
        pieces: list[bytes] = []
        size = 0
        while size < limit:
            try:
                data = os.read(self.master, _PIECE)
            except BlockingIOError:
                break
            except OSError:  # EIO: the last one who had it open is gone
                data = b""
            if not data:
                return b"".join(pieces) or None
            pieces.append(data)
            size += len(data)
        return b"".join(pieces)

    def hand_over(self) -> None:
        """Close our copy of the agent's side."""
        os.close(self.slave)
