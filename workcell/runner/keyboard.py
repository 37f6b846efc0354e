"""What is typed into the agent's terminal: the keys of windows, and answers that no window gives to its questions."""

import os
import select
import time

from workcell.runner import answers
from workcell.runner.live import earliest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.runner import terminal, typist_child

SILENT = 1.0
"""Seconds after which a window that answered nothing is taken for one that does not answer."""

_ANSWERS = 4096
"""Maximum bytes of answers that wait: an agent that asks and reads nothing gets no more."""

_FULL = 1 << 20
"""Bytes that wait to be typed, above which no more keys are read from windows."""


class Keyboard:
    """The input side of the terminal. Nothing is typed while the typist lives: no key of a person comes between a
    message's paste and its Enter."""

    def __init__(self, tty: "terminal.Terminal", typist: "typist_child.Courier") -> None:
        self._tty, self._typist = tty, typist
        self._replies = answers.Answers()
        self.heard: Callable[[bytes], object] = len
        """Told what windows type."""
        self.typed = bytearray()
        """What the terminal has not taken yet."""
        self.asked = b""
        """Answers to what the agent asked, typed at `asked_at` unless a window has answered until then."""
        self.asked_at: float | None = None

    def fds(self) -> "dict[int, int]":
        return {self._tty.master: select.POLLOUT} if self.typed and not self._typist.pid else {}

    def due(self) -> "float | None":
        return earliest([self.asked_at])

    def handle(self, ready: "dict[int, int]", now: float) -> None:
        if ready.get(self._tty.master, 0) & select.POLLOUT:
            self.flush()
        if self.asked_at is not None and now >= self.asked_at:
            self.answer()

    @property
    def full(self) -> bool:
        return len(self.typed) > _FULL

    def keys(self, data: bytes) -> None:
        """Type what came from a window; an escape sequence in it is taken for the answer of its terminal."""
        if b"\x1b" in data:
            self._answered()
        self.heard(data)
        self.typed += data
        self.flush()

    def hear(self, output: bytes, answering: bool) -> None:
        """Note the questions in what the agent wrote; `answering`: a window is there that may answer them."""
        found = self._replies.to(output)
        if not found:
            return
        if len(self.asked) <= _ANSWERS:
            self.asked += found
        if not answering:
            self.answer()
        elif self.asked_at is None:
            self.asked_at = time.monotonic() + SILENT

    def answer(self) -> None:
        """Type the answers that no window gave: none is there, or it only shows, or its process stands still."""
        if len(self.typed) <= _ANSWERS:
            self.typed += self.asked
        self._answered()
        self.flush()

    def _answered(self) -> None:
        self.asked, self.asked_at = b"", None

    def flush(self) -> None:
        """Write what the terminal takes."""
        if self._typist.pid:
            return
        try:
            written = os.write(self._tty.master, self.typed)
        except BlockingIOError:
            return
        except OSError:
            written = len(self.typed)
        del self.typed[:written]
