"""A person at a terminal: a command in a pty of its own, with what it shows and a keyboard."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from tests.support.lab import Lab


class Person:
    """`workcell WORDS` in a terminal. `shown` is every byte that it wrote to the screen so far."""

    def __init__(self, lab: Lab, *words: str, columns: int = 100, rows: int = 30, **env: str) -> None:
        self.shown = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(lab.top)
                argv = lab.words(*words)
                os.execve(argv[0], argv, lab.env(TERM="xterm-256color", **env))
            finally:
                os._exit(126)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def look(self, seconds: float = 0.0) -> bytes:
        """Read what is there now, waiting up to `seconds` for the first byte."""
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.shown += data
            seconds = 0.0
        return self.shown

    def sees(self, words: bytes, seconds: float = 15.0) -> bytes:
        """Wait until the screen has shown `words`."""
        deadline = time.monotonic() + seconds
        while words not in self.shown:
            assert time.monotonic() < deadline, (
                f"{words!r} was never shown: {self.shown[:700]!r} ... {self.shown[-300:]!r}"
            )
            self.look(0.05)
        return self.shown

    def type(self, data: bytes) -> None:
        os.write(self.fd, data)

    def ended(self, seconds: float = 10.0) -> int:
        """The exit code, once the command has ended."""
        deadline = time.monotonic() + seconds
        while True:
            self.look(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < deadline, f"it goes on: {self.shown[-2000:]!r}"

    def close(self) -> None:
        """Close the terminal, as somebody does who clicks it away."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        if self.pid:
            deadline = time.monotonic() + 2.0
            while time.monotonic() < deadline:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    self.pid = 0
                    return
                time.sleep(0.01)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
