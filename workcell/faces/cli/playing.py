"""Plays what a terminal showed in this one: waits, writes, and listens to keys."""

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator
from typing import Any

from workcell.faces.cli import out
from workcell.views.replay import Played

KEYS = "space pauses, . is one step, + and - change the speed, q ends"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_QUIT = ("q", "\x1b")
_SEQUENCE = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]")
"""What a key like an arrow sends."""


class Player:
    """Plays on the terminal of this process; keys are read where standard input is one, too."""

    def __init__(self) -> None:
        self._speed = 1.0
        self._paused = False
        self._pressed = ""
        """Keys that were read and not heeded yet."""
        self._keys = sys.stdin.fileno() if sys.stdin.isatty() else None

    def play(self, steps: Iterator[Played]) -> None:
        """Play all of it, or until a key ends it; the last screen is left as text."""
        first = next(steps, None)
        if first is None:
            out.say("workcell: nothing was written")
            return
        keys = self._keys
        before: Any = None if keys is None else termios.tcgetattr(keys)
        last = first
        try:
            if keys is not None:
                tty.setcbreak(keys, termios.TCSADRAIN)  # keys that were pressed while it was read count
            if first.whole_screen:
                self._write(_ENTER)
            self._write(first.text)
            for step in steps:
                if not self._wait(step.pause):
                    break
                self._write(step.text)
                last = step
        except KeyboardInterrupt:
            pass
        finally:
            if first.whole_screen:
                self._write(_LEAVE)
            if keys is not None:
                termios.tcsetattr(keys, termios.TCSADRAIN, before)
        self._write(last.still)

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def _wait(self, seconds: float) -> bool:
        """Wait so long, longer while it is paused; False once a key has ended it."""
        left = seconds
        while True:
            began = time.monotonic()
            key = self._key(None if self._paused else max(0.0, left / self._speed))
            left -= (time.monotonic() - began) * self._speed
            if key in _QUIT:
                return False
            if key == ".":
                return True
            if key == " ":
                self._paused = not self._paused
            elif key in ("+", "-"):
                self._speed = min(64.0, max(1 / 64, self._speed * (2 if key == "+" else 0.5)))
            if left <= 0 and not self._paused:
                return True

    def _key(self, seconds: float | None) -> str:
        """The key that was pressed within so many seconds; empty for none."""
        if self._keys is None:
            time.sleep(seconds or 0.0)
            return ""
        if not self._pressed:
            if not select.select([self._keys], [], [], seconds)[0]:
                return ""
            data = os.read(self._keys, 64)
            if not data:
                self._keys = None  # the terminal is gone
                return "q"
            self._pressed = _SEQUENCE.sub("", data.decode("utf-8", "replace"))
        key, self._pressed = self._pressed[:1], self._pressed[1:]
        return key
