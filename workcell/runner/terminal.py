"""The pseudo-terminal of one attempt."""

import fcntl
import os
import struct
import termios


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

    def hand_over(self) -> None:
        """Close our copy of the agent's side."""
        os.close(self.slave)
