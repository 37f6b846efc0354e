"""A person at a terminal: a command in a pty of its own, with what it shows and a keyboard."""

import fcntl
import os
import select
import signal
import struct
import termios
import time

from tests.support.forked import Call, forked
from tests.support.lab import Lab


class Person:
    """`workcell WORDS` in a terminal. `shown` is every byte that it wrote to the screen so far."""

    def __init__(self, lab: Lab, *words: str, columns: int = 100, rows: int = 30, **env: str) -> None:
        self.shown = b""
        self.fd, theirs = os.openpty()
        self.resize(columns, rows)  # before the command asks for it
        given = lab.env(TERM="xterm-256color", **env)
        self._call: Call | None = None
        try:
            if lab.plain(given):
                self._call = forked.call(words, given, lab.top, [theirs] * 3, terminal=True)
                self.pid = self._call.pid
            else:
                self.pid = self._fork(lab, words, given, theirs)
        finally:
            os.close(theirs)

    def _fork(self, lab: Lab, words: tuple[str, ...], env: dict[str, str], terminal: int) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                os.login_tty(terminal)
                os.chdir(lab.top)
                argv = lab.words(*words)
                os.execve(argv[0], argv, env)
            finally:
                os._exit(126)
        return pid

    def _over(self) -> int | None:
        """The exit code, once the command has ended; then `pid` is 0."""
        if self._call is not None:
            code = self._call.wait(0.0)
        else:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if pid else None
        if code is not None:
            self.pid = 0
        return code

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

    def sees(self, words: bytes, seconds: float = 30.0) -> bytes:
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

    def ended(self, seconds: float = 30.0) -> int:
        """The exit code, once the command has ended; all that it wrote is `shown` then."""
        deadline = time.monotonic() + seconds
        while True:
            self.look(0.02)
            code = self._over()
            if code is not None:
                self.look()  # what it wrote between the last look and its end
                return code
            assert time.monotonic() < deadline, f"it goes on: {self.shown[-2000:]!r}"

    def close(self) -> None:
        """Close the terminal, as somebody does who clicks it away."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        if self.pid:
            deadline = time.monotonic() + 2.0
            while self._over() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)
                while self._over() is None:
                    time.sleep(0.01)
        if self._call is not None:
            self._call.__exit__()
            self._call = None

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
