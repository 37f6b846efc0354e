"""What a terminal's log says to a reader: its last screen, or the whole of it as lines."""

import re
from collections.abc import Iterable, Iterator

from workcell.terminal.emulator import Screen
from workcell.terminal.printable import char_width
from workcell.terminal.row import Row

__all__ = ["Reader", "Screen", "readable", "screen"]

_BLOCK = 1 << 16
_LINE_MAX = 1 << 20  # characters; a longer line is cut, or a log without a newline would have to fit in memory

_ODD = bytes(code for code in range(32) if code not in (9, 10)) + b"\x7f"
_ASCII = bytes(range(128))
_COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")
_CHANGING = re.compile("[0-9\u2800-\u28ff]+")


def screen(data: bytes, columns: int = 220, rows: int = 50, newline: bool = False) -> list[str]:
    """The rows that a terminal shows after `data`, without the blank ones at the end.

    `newline`: `data` went through no terminal, so a line feed alone begins a new line.
    """
    shown = Screen(columns, rows, newline)
    shown.feed(data)
    lines = shown.lines()
    while lines and not lines[-1]:
        lines.pop()
    return lines


def readable(chunks: Iterable[bytes], columns: int = 220, rows: int = 50) -> Iterator[str]:
    """A log as lines to read, in order, without line ends; the same lines however the log is cut into chunks.

    `columns` and `rows` are those of the terminal that the log was written for. A line drawn again stands
    once, in its last form; a full-screen program stands as its last frame, where it left it; a screen wiped
    and drawn anew stands once. Lines are never wrapped; those past 1 MiB are cut. Blanks at the end of a
    line go, tabs stay.

    Lines come once they can change no more, so the last `rows` of them come at the end. To follow a log
    that grows, pass an empty chunk whenever nothing new is there: what stands above the cursor then comes
    at once, and comes again should the program go back to change it. Memory is bounded by the screen, one
    block and one line.
    """
    reader = Reader(columns, rows)
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= _BLOCK or not chunk:
            block = b"".join(held)
            for start in range(0, size, _BLOCK):
                reader.read(block[start : start + _BLOCK])
                yield from reader.take()
            held, size = [], 0
            if not chunk:
                reader.pause()
                yield from reader.take()
    reader.read(b"".join(held))
    reader.close()
    yield from reader.take()


def _plain_lines(block: bytes) -> "list[str] | None":
    """The lines of `block`, which ends with one, colours aside; None if more than text decides what shows."""
    plain = block.replace(b"\r\n", b"\n")
    if len(plain.translate(None, _ODD)) != len(plain):
        plain = _COLOUR.sub(b"", block).replace(b"\r\n", b"\n")
        if len(plain.translate(None, _ODD)) != len(plain):
            return None
    if not plain.isascii():
        rare = set(plain.translate(None, _ASCII).decode("utf-8", "replace"))
        if not all(map(char_width, rare)):  # combining marks and C1 controls are the emulator's business
            return None
    return plain[:-1].decode("utf-8", "replace").split("\n")


class Reader(Screen):
    """A screen whose rows become lines when they leave it: what `readable` does, piece by piece."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows, newline=True)
        self._rest = b""
        self._lines: list[str] = []
        self._begun: list[str] = []  # rows of a wrapped line whose end is still on the screen
        self._begun_size = 0
        self._wiped: list[str] = []  # the lines of the main screen when it was last wiped
        self._frame: list[str] = []  # the alternate screen when it was last wiped

    def take(self) -> list[str]:
        """The lines that are ready."""
        lines, self._lines = self._lines, []
        return lines

    def read(self, block: bytes) -> None:
        """Feed the next bytes; whole plain lines go past the emulator."""
        block = self._rest + block
        end = block.rfind(b"\n") + 1
        if len(block) - end > _BLOCK:
            end = len(block)
        self._rest = block[end:]
        if end:
            self._read_lines(block[:end])

    def _read_lines(self, block: bytes) -> None:
        lines = _plain_lines(block) if block[-1] == 10 and self._can_skip() else None
        if lines is None:
            self.feed(block)
            return
        skipped, filling = len(lines), self.rows
        while skipped > 1 and filling > 0:  # the last lines, enough to fill the screen, are drawn on it
            skipped -= 1
            filling -= len(lines[skipped]) // self.columns + 1
        self.feed_text(lines[0] + "\n")
        if filling > 0 or any(self._grid[self._y :]):  # or the plain lines are written over something
            self.feed_text("\n".join([*lines[1:], ""]))
            return
        for row in self._grid[: self._y]:
            self.leave(row)
        self._grid = self._blank_rows(self.rows)
        self._x = self._y = 0
        self._finish_line()
        self._lines.extend([line.rstrip(" \t") for line in lines[1:skipped]])
        self.feed_text("\n".join([*lines[skipped:], ""]))

    def _can_skip(self) -> bool:
        return (
            self.between
            and not self.alternate
            and self._wrap
            and not self._wiped
            and (self._top, self._bottom) == (0, self.rows - 1)
        )

    def leave(self, row: Row) -> None:
        if self._wiped:
            self._settle_wiped([row, *self._grid])
        self._add(row)

    def _add(self, row: Row) -> None:
        self._begun.append("".join(row))
        self._begun_size += len(row)
        if not (row.wrapped and len(row) >= self.columns - 1) or self._begun_size > _LINE_MAX:
            self._finish_line()

    def _finish_line(self) -> None:
        if self._begun:
            self._lines.append("".join(self._begun).rstrip(" \t"))
            self._begun, self._begun_size = [], 0

    def _as_lines(self, rows: list[Row]) -> list[str]:
        """`rows`, and what was begun before them, as whole lines that are taken out of the reader again."""
        kept, self._lines = self._lines, []
        for row in rows:
            self._add(row)
        self._finish_line()
        kept, self._lines = self._lines, kept
        return kept

    def wiped(self, rows: list[Row]) -> None:
        if not any(rows):
            return
        if self.alternate:
            self._frame = [row.shown() for row in rows]
            return
        self._settle_wiped(rows)
        self._wiped = self._as_lines(rows)

    def _settle_wiped(self, rows: list[Row]) -> None:
        """Tell what the last wipe took away, unless `rows` show it again, numbers and spinners aside."""
        told, self._wiped = self._wiped, []
        if not told:
            return
        again = {_CHANGING.sub("#", "".join(row).strip()) for row in rows}
        words = [line for line in told if line.strip()]
        if 2 * sum(_CHANGING.sub("#", line.strip()) in again for line in words) < len(words):
            self._lines.extend(told)

    def switch(self, on: bool, keep_cursor: bool) -> None:
        if on and not self.alternate:
            self._finish_main()
            self._grid = self._blank_rows(self.rows)
        elif not on and self.alternate:
            self._finish_alternate()
        else:
            return
        super().switch(on, keep_cursor)
        self.newline = not on  # a program that draws a whole screen moves straight down with a bare line feed
        if not on:
            self._x = self._y = 0  # the rows that the cursor stood in were told when the other screen came

    def _finish_main(self) -> None:
        used = self._grid[: max([self._y] + [at + 1 for at, row in enumerate(self._grid) if row])]
        self._settle_wiped(used)
        self._lines.extend(self._as_lines(used))

    def _finish_alternate(self) -> None:
        frame = self.lines() if any(self._grid) else self._frame
        while frame and not frame[-1]:
            frame.pop()
        self._lines.extend(frame)
        self._frame = []

    def pause(self) -> None:
        """Nothing more is there for now: tell what stands above the cursor."""
        self.feed(self._rest)
        self._rest = b""
        if not self.alternate and self._y:
            above, self._grid = self._grid[: self._y], self._grid[self._y :] + self._blank_rows(self._y)
            self._y = 0
            self._settle_wiped(above)
            for row in above:
                self._add(row)

    def close(self) -> None:
        """The log ends here."""
        self.feed(self._rest)
        self.feed_text(self._decoder.decode(b"", final=True))
        if self.alternate:
            self._finish_alternate()
        else:
            self._finish_main()
