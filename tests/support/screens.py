"""What a verb shows on a terminal of a given width: run in this process, drawn by our emulator."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import sys
import termios
import threading
from dataclasses import dataclass

from workcell.faces.cli import app
from workcell.terminal import printable
from workcell.terminal.emulator import Screen

ROWS = 1200
"""Rows of the terminal: nothing scrolls away, and nothing is long enough for a pager."""

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_ESCAPE = re.compile(r"\x1b[^a-zA-Z]*[a-zA-Z]?")


@dataclass(frozen=True)
class Shown:
    """What one command line showed."""

    words: tuple[str, ...]
    columns: int
    code: int
    written: str
    rows: list[str]
    """The terminal as it looks afterwards, without empty rows at its end."""

    @property
    def lines(self) -> list[str]:
        """What was written, line by line, without colours."""
        text = _SGR.sub("", self.written).replace("\r\n", "\n").rstrip("\n")
        return re.sub(r"\r\x1b\[K(?:[^\r\n]*(?=\r))?", "", text).split("\n")

    @property
    def colours(self) -> set[str]:
        """The codes of all colours."""
        return set(_SGR.findall(self.written))

    @property
    def steering(self) -> list[str]:
        """Escape sequences that are no colours, and do not write the line of a wait anew."""
        return [found for found in _ESCAPE.findall(_SGR.sub("", self.written)) if found != "\x1b[K"]

    @property
    def over(self) -> list[str]:
        """Lines that are wider than the terminal, which breaks them where they come to its edge."""
        return [line for line in self.lines if printable.width(line) > self.columns]


def on_terminal(columns: int, *words: str) -> Shown:
    """Run `workcell WORDS` with a terminal of that width as standard output and standard error."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    written = bytearray()
    reader = threading.Thread(target=_read, args=(ours, written), daemon=True)
    reader.start()
    with (
        open(theirs, "w", encoding="utf-8") as stream,
        contextlib.redirect_stdout(stream),
        contextlib.redirect_stderr(stream),
    ):
        try:
            code = app.main(list(words))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            sys.stdout.flush()
    reader.join(10.0)
    assert not reader.is_alive(), f"{words}: its terminal is still open"
    os.close(ours)
    drawn = Screen(columns, ROWS)
    drawn.feed(bytes(written))
    rows = [row.rstrip() for row in drawn.lines()]
    while rows and not rows[-1]:
        rows.pop()
    return Shown(words, columns, code, written.decode("utf-8", "replace"), rows)


def _read(descriptor: int, written: bytearray) -> None:
    """Read until the last writer has closed the terminal, which Linux says by EIO."""
    while True:
        try:
            data = os.read(descriptor, 1 << 16)
        except OSError:
            return
        if not data:
            return
        written += data
