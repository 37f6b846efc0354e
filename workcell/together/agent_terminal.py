"""The terminal of a live agent for the program that types: its screen as the log draws it, and keys written to it.

Invariants:
- The terminal is written to and never read: the runner copies its output into the log, from which the screen is drawn.
- Either all bytes of a paste are written, or the program is told BrokenPipeError: a paste that was left open swallows
  every key of a person.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import time
from typing import TYPE_CHECKING

from workcell.agents import registry, screens
from workcell.agents.protocol import Agent
from workcell.evidence import screen as terminal
from workcell.judgement import composer
from workcell.rundir import layout
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from workcell.rundir import schema

PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
ENTER, TAB, ESCAPE = b"\r", b"\t", b"\x1b"
UP, DOWN = b"\x1b[A", b"\x1b[B"

STALL = 20.0
"""Seconds without a byte taken, after which a program is no longer waited for in the middle of a paste."""

MOST = 150.0
"""Maximum seconds of typing; the runner ends the program that types after 180."""


class NotNow(Exception):
    """Nothing can be typed at this moment: the message stays queued, and its sender is told why."""


class Unconfirmed(Exception):
    """It was typed, in part or whole, and was not seen to be taken."""


class Entered(Unconfirmed):
    """All of it stood in the composer and Enter was pressed; that it left the composer was not seen."""


class Impossible(Exception):
    """It will never be typed, and nothing was."""


class Snapshot:
    """One look at the terminal."""

    def __init__(self, shown: log_reader.Screen, agent: Agent, ghosts: list[str]) -> None:
        rows = shown.lines()
        self.read = screens.read(agent, rows)
        self.dialog = self.read if self.read["kind"] == "dialog" else None
        """The dialog that is up."""
        self.busy = self.read["kind"] == "busy" or agent.terminal.doing(shown.title) == "working"
        self.typed = None if self.dialog else composer.words(agent.terminal.composer(rows), shown.cursor, ghosts)
        """The words in the composer; None where no composer is to be seen."""
        self.pastes = shown.bracketed_paste
        """Whether the program takes pastes."""


class AgentTerminal:
    """The terminal whose master side is the descriptor `tty`. `typing` is what the recipe says of its program."""

    def __init__(self, run: str, attempt: int, tty: int, typing: schema.Typing) -> None:
        self._tty = tty
        self._agent = registry.find_or_generic(str(typing.get("screen") or "none"), layout.home_of(run))
        self._ghosts = list(typing.get("ghosts") or [])
        self.settle = float(typing.get("settle") or 0.3)
        """Seconds of quiet after a paste before Enter is pressed."""
        self.patience = float(typing.get("patience") or 10.0)
        """Seconds for a paste to show up, and then to be taken."""
        self.queue_key = TAB if typing.get("queue") == "tab" else ENTER
        """The key that hands over a message while the agent works."""
        self._until = time.monotonic() + MOST
        self._follow = terminal.Follow(layout.attempt(run, attempt), *self._size())
        if self._follow.cut:
            self._redraw()

    def _size(self) -> tuple[int, int]:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(self._tty, termios.TIOCGWINSZ, bytes(8)))
        return columns, rows

    def _redraw(self) -> None:
        """Change the size twice: rows that the end of a long log does not hold are drawn again."""
        columns, rows = self._size()
        for height in (max(2, rows - 1), rows):
            fcntl.ioctl(self._tty, termios.TIOCSWINSZ, struct.pack("HHHH", height, columns, 0, 0))
            self._follow.wait(0.1)
        until = time.monotonic() + 1.0
        while self._follow.wait(0.15) and time.monotonic() < until:
            pass

    # -- looking

    def wait(self, seconds: float) -> bool:
        """Whether the program wrote something within so many seconds; it is drawn then."""
        return self._follow.wait(seconds)

    def now(self) -> Snapshot:
        """The terminal as it is drawn so far."""
        return Snapshot(self._follow.screen, self._agent, self._ghosts)

    def look(self) -> Snapshot:
        """The terminal once it is quiet for a moment, or after half a second of drawing."""
        until = time.monotonic() + 0.5
        while self._follow.wait(0.06) and time.monotonic() < until:
            pass
        return self.now()

    def at_rest(self) -> bool:
        """Whether nothing is drawn for a moment: between two steps a program at work looks idle, but not for long."""
        return not self.wait(3 * self.settle) and not self.now().busy

    # -- typing

    def write(self, data: bytes) -> None:
        """Write every byte, as fast as the program reads.

        Raises BrokenPipeError in the middle of data that the program does not take, and Unconfirmed where the terminal
        closes.
        """
        view = memoryview(data)
        taken_at = time.monotonic()
        poll = select.poll()
        poll.register(self._tty, select.POLLOUT)
        while view:
            try:
                written = os.write(self._tty, view[:4096])
                view = view[written:]
                taken_at = time.monotonic()
            except BlockingIOError:
                poll.poll(100)
            except OSError:
                raise Unconfirmed(f"the terminal closed, {len(view)} of {len(data)} bytes untyped") from None
            self._follow.wait(0)
            now = time.monotonic()
            if view and (now - taken_at > STALL or now > self._until):
                raise BrokenPipeError

    def end_paste(self) -> None:
        """End a paste that was left open, in which every key of a person would be lost."""
        try:
            os.write(self._tty, PASTE_ENDS)
        except BlockingIOError:
            raise NotNow("its typing was cut short, and the program does not read") from None
        except OSError:
            pass  # the terminal is gone, and the paste with it

    def interrupt(self) -> None:
        """Press Esc, and wait until the program stops; NotNow if it does not."""
        self.write(ESCAPE)
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            self.wait(0.05)
            if not self.now().busy:
                return
        raise NotNow("it did not stop after Esc")
