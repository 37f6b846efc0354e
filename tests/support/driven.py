"""A program on a pseudo-terminal: keys are written to it, and its screen is read by our emulator."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from tests.support.lab import eventually
from workcell.terminal.emulator import Screen

UP, DOWN, ENTER, ESCAPE = "\x1b[A", "\x1b[B", "\r", "\x1b"


class Driven:
    """One program that has a terminal of its own. `shell` is another descriptor of that terminal, as a shell has."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], columns: int = 100, rows: int = 30, **more) -> None:
        self._ours, self.shell = pty.openpty()
        self.screen = Screen(columns, rows)
        self.written = bytearray()
        self._lock = threading.Lock()
        self._size(columns, rows)
        self.settings = termios.tcgetattr(self.shell)
        self.child = subprocess.Popen(
            argv,
            env={"TERM": "xterm-256color", "LANG": "C.UTF-8", **env},
            stdin=self.shell,
            stdout=self.shell,
            stderr=self.shell,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            **more,
        )
        self._over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.shell, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while not self._over:
            ready, _, _ = select.select([self._ours], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(self._ours, 1 << 16)
            except OSError:
                return
            with self._lock:
                self.written += data
                self.screen.feed(data)

    def lines(self) -> list[str]:
        with self._lock:
            return self.screen.lines()

    def text(self) -> str:
        return "\n".join(self.lines())

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def sees(self, *words: str, seconds: float = 30.0) -> str:
        """Wait until all of the words are on the screen; its text."""
        return self.waits(lambda text: all(word in text for word in words), f"{words}", seconds)

    def waits(self, question: Callable[[str], bool], what: str, seconds: float = 30.0) -> str:
        """Wait until the text of the screen answers the question; that text."""
        last = [""]

        def asked() -> bool:
            last[0] = self.text()
            return question(last[0])

        try:
            eventually(asked, seconds, what)
        except AssertionError:
            raise AssertionError(f"not within {seconds} s: {what}\n{last[0]}") from None
        return last[0]

    def resize(self, columns: int, rows: int) -> None:
        with self._lock:
            self.screen = Screen(columns, rows)
            self._size(columns, rows)
        os.killpg(self.child.pid, signal.SIGWINCH)

    def ended(self, seconds: float = 30.0) -> int:
        """Wait until the program has ended and all that it wrote was read; its exit code."""
        code = self.child.wait(seconds)
        quiet = [-1, 0.0]

        def drained() -> bool:
            with self._lock:
                size = len(self.written)
            waits = select.select([self._ours], [], [], 0)[0]  # the thread that reads may not have run for long
            if waits or size != quiet[0]:
                quiet[:] = [size, time.monotonic()]
            return time.monotonic() - quiet[1] > 0.15

        eventually(drained, seconds)
        return code

    def close(self) -> None:
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait(10)
        self._over = True
        self._reader.join(5)
        os.close(self._ours)
        os.close(self.shell)
