"""A terminal in memory: what a screen shows after the bytes that a program wrote to it."""

from collections import deque
from collections.abc import Callable

from workcell.terminal.printable import char_width
from workcell.terminal.row import Row
from workcell.terminal.sequences import Sequences, numbers_of

_TAB = 8
_CLUSTER_MAX = 16
"""Maximum characters in one cell: a base and its combining marks."""
_HISTORY_MAX = 10_000  # rows kept for `take_scrollback`


class Screen(Sequences):
    """A terminal of `columns` by `rows` that is fed bytes, tested against tmux 3.3a.

    `title` is what OSC 0 or 2 set; `bracketed_paste` and `alternate` are modes ?2004 and ?1049 (or ?47,
    ?1047). Colours, character sets, mouse modes and questions are read and ignored. With `newline` a line
    feed returns to the first column too, as for output that no terminal driver went over. Never raises
    whatever it is fed.
    """

    def __init__(self, columns: int, rows: int, newline: bool = False) -> None:
        super().__init__()
        self.columns, self.rows = max(1, columns), max(1, rows)
        self.newline = newline
        self.title = ""
        self._scrollback: deque[str] = deque(maxlen=_HISTORY_MAX)
        self._main: list[Row] | None = None
        self._main_cursor: tuple[int, int] | None = None
        self._grid = self._blank_rows(self.rows)
        self._reset()

    def lines(self) -> list[str]:
        """All rows from the top, each without blanks at its end."""
        return [row.shown() for row in self._grid]

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column, from 0."""
        return self._y, min(self._x, self.columns - 1)

    @property
    def alternate(self) -> bool:
        """Whether the program shows its own full screen instead of a scroll of lines."""
        return self._main is not None

    def take_scrollback(self) -> list[str]:
        """The rows that left the main screen at its top since the last call, at most the last 10,000."""
        taken = list(self._scrollback)
        self._scrollback.clear()
        return taken

    def leave(self, row: Row) -> None:
        """A row leaves the main screen."""
        self._scrollback.append(row.shown())

    def _reset(self) -> None:
        self._x = self._y = 0
        self._top, self._bottom = 0, self.rows - 1
        self._wrap, self._insert, self._origin = True, False, False
        self.bracketed_paste = False
        self._saved = (0, 0, False)
        self._last = ""

    def _blank_rows(self, count: int) -> list[Row]:
        return [Row() for _ in range(count)]

    # text

    def text(self, run: str) -> None:
        if run.isascii() or all(char_width(char) == 1 for char in set(run)):
            self._narrow(run)
        else:
            for char in run:
                self._any(char, char_width(char))
        self._last = run[-1]

    def _narrow(self, run: str) -> None:
        at, columns = 0, self.columns
        if not self._wrap:
            room = columns - self._x
            if room == 0:  # wrapping was switched off just past the last column: tmux drops what comes there
                return
            if len(run) > room:  # without wrapping the last column is written over and over
                run = run[: room - 1] + run[-1]
        while at < len(run):
            wraps = self._x >= columns
            if wraps:
                self._wrap_line()
            # tmux makes room before it wraps: in insert mode the character that wraps replaces the one at its place
            over = wraps and self._insert
            piece = run[at] if over else run[at : at + columns - self._x]
            row = self._grid[self._y]
            if self._insert and not over:
                self._insert_cells(len(piece))
            row.put(self._x, piece)
            self._x += len(piece)
            at += len(piece)
        if not self._wrap:
            self._x = min(self._x, columns - 1)

    def _any(self, char: str, width: int) -> None:
        if width == 1:
            self._narrow(char)
        elif width == 0:
            self._join(char)
        elif self.columns >= 2:
            wraps = self._x > self.columns - 2
            if wraps:
                if not self._wrap:
                    return
                self._wrap_line()
            if self._insert and not wraps:
                self._insert_cells(2)
            self._grid[self._y].put(self._x, [char, ""])
            self._x = min(self._x + 2, self.columns - (not self._wrap))

    def _join(self, char: str) -> None:
        """Add a character without a width to the cell before the cursor."""
        if self._x == 0:
            return
        row, at = self._grid[self._y], self._x - 1
        if len(row) <= at:
            row.extend(" " * (at + 1 - len(row)))
        while row[at] == "":
            at -= 1
        if len(row[at]) < _CLUSTER_MAX:
            row[at] += char

    def _wrap_line(self) -> None:
        self._grid[self._y].wrapped = True
        self._line_feed()
        self._x = 0

    # controls

    def control(self, char: str) -> None:
        if char == "\r":
            self._x = 0
        elif char in "\n\x0b\x0c":
            self._line_feed()
            if self.newline:
                self._x = 0
        elif char == "\b":
            if self._x > 0:
                self._x -= 1
            elif self._y > 0 and self._grid[self._y - 1].wrapped:
                self._y -= 1
                self._x = self.columns - 1
        elif char == "\t":
            self._tab()
        self._last = ""

    def _tab(self) -> None:
        row = self._grid[self._y]
        if self._x >= self.columns - 1:
            if len(row) == self._x > 0:  # moves nothing, yet stays in the text of the line
                self._join("\t")
            return
        stop = min((self._x // _TAB + 1) * _TAB, self.columns - 1)
        if len(row) <= self._x:
            row.put(self._x, ["\t", *[""] * (stop - self._x - 1)])
        self._x = stop

    def _line_feed(self) -> None:
        if self._y == self._bottom:
            self._scroll_up(1)
        elif self._y < self.rows - 1:
            self._y += 1

    def _scroll_up(self, count: int) -> None:
        for _ in range(min(count, self._bottom - self._top + 1)):
            row = self._grid.pop(self._top)
            self._grid.insert(self._bottom, Row())
            if self._main is None:
                self.leave(row)

    def _scroll_down(self, count: int) -> None:
        self._insert_rows(self._top, count, self._bottom)

    def _insert_rows(self, at: int, count: int, bottom: int) -> None:
        count = min(count, bottom - at + 1)
        del self._grid[bottom + 1 - count : bottom + 1]
        self._grid[at:at] = self._blank_rows(count)
        self._part_lines(at, bottom + 1)

    def _delete_rows(self, at: int, count: int, bottom: int) -> None:
        count = min(count, bottom - at + 1)
        del self._grid[at : at + count]
        self._grid[bottom + 1 - count : bottom + 1 - count] = self._blank_rows(count)
        self._part_lines(at, bottom + 1 - count)

    def _part_lines(self, *edges: int) -> None:
        """End the lines that went on in the rows from these edges on: other rows stand there now."""
        for edge in edges:
            if edge > 0:
                self._grid[edge - 1].wrapped = False

    def _insert_cells(self, count: int) -> None:
        row = self._grid[self._y]
        if self._x < len(row):
            row.part(self._x)
            row[self._x : self._x] = " " * min(count, self.columns - self._x)
            row.part(self.columns)
            del row[self.columns :]

    # escapes

    def escape(self, intermediates: str, final: str) -> None:
        self._last = ""
        if intermediates:
            return  # character sets: what is drawn with them stays the letters that were sent
        if final == "7":
            self._saved = (self._x, self._y, self._origin)
        elif final == "8":
            self._restore()
        elif final == "D":
            self._line_feed()
        elif final == "E":
            self._x = 0
            self._line_feed()
        elif final == "M":
            if self._y == self._top:
                self._scroll_down(1)
            elif self._y > 0:
                self._y -= 1
        elif final == "c":
            self._reset()
            self._erase_all()

    def osc(self, body: str) -> None:
        number, _, value = body.partition(";")
        if number in ("0", "2"):
            self.title = value

    def _restore(self) -> None:
        x, self._y, self._origin = self._saved
        self._x = min(x, self.columns - 1)

    def csi(self, parameters: str, intermediates: str, final: str) -> None:
        if intermediates or final == "m":
            return
        last, self._last = self._last, ""
        if parameters[:1] == "?":
            if final in "hl":
                for number in parameters[1:].split(";"):
                    self._mode(number, final == "h")
            return
        numbers = numbers_of(parameters)
        if numbers is None:
            return
        if final == "b":
            if last and self._x < self.columns:
                self.text(last * min(max(numbers[0], 1), self.columns - self._x))
            return
        act = _SEQUENCES.get(final)
        if act is not None:
            act(self, final, numbers)

    def _csi_move(self, final: str, numbers: list[int]) -> None:
        self._move(final, max(numbers[0], 1), max(numbers[1], 1) if len(numbers) > 1 else 1)

    def _csi_rows(self, final: str, numbers: list[int]) -> None:
        if self._top <= self._y <= self._bottom:
            (self._insert_rows if final == "L" else self._delete_rows)(self._y, max(numbers[0], 1), self._bottom)

    def _csi_scroll(self, final: str, numbers: list[int]) -> None:
        (self._scroll_up if final == "S" else self._scroll_down)(max(numbers[0], 1))

    def _csi_save(self, final: str, numbers: list[int]) -> None:
        self._saved = (self._x, self._y, self._origin)

    def _csi_restore(self, final: str, numbers: list[int]) -> None:
        self._restore()

    def _csi_back_tab(self, final: str, numbers: list[int]) -> None:
        for _ in range(min(max(numbers[0], 1), self.columns)):
            self._x = max(0, (min(self._x, self.columns - 1) - 1) // _TAB * _TAB)

    def _csi_mode(self, final: str, numbers: list[int]) -> None:
        if 4 in numbers:
            self._insert = final == "h"

    def _mode(self, number: str, on: bool) -> None:
        if number == "2004":
            self.bracketed_paste = on
        elif number == "7":
            self._wrap = on
        elif number == "6":
            self._origin = on
            self._move("H", 1, 1)
        elif number in ("47", "1047", "1049"):
            self.switch(on, keep_cursor=number == "1049")

    def switch(self, on: bool, keep_cursor: bool) -> None:
        """Go to the alternate screen or back; `keep_cursor`: save the cursor going, restore it coming."""
        if on and self._main is None:
            if keep_cursor:
                self._main_cursor = (self._x, self._y)
            self._main, self._grid = self._grid, self._blank_rows(self.rows)
        elif not on:
            if keep_cursor and self._main_cursor is not None:
                self._x, self._y = self._main_cursor
            if self._main is not None:
                self._grid, self._main = self._main, None
            self._x = min(self._x, self.columns - 1)

    def _move(self, final: str, count: int, second: int) -> None:
        right = self.columns - 1
        if final in "AF":
            ceiling = self._top if self._y >= self._top else 0
            self._y = max(self._y - count, ceiling)
            self._x = 0 if final == "F" else min(self._x, right)
        elif final in "BE":
            floor = self._bottom if self._y <= self._bottom else self.rows - 1
            self._y = min(self._y + count, floor)
            self._x = 0 if final == "E" else min(self._x, right)
        elif final == "C":
            self._x = min(self._x + count, right)
        elif final == "D":
            self._x = max(self._x - count, 0)
        elif final in "G`":
            self._x = min(count - 1, right)
        else:
            if final in "Hf":
                self._x = min(second - 1, right)
            down = count - 1
            self._y = min(self._top + down, self._bottom) if self._origin else min(down, self.rows - 1)

    def _region(self, final: str, numbers: list[int]) -> None:
        top = min(max(numbers[0], 1), self.rows) - 1
        bottom = min((numbers[1] if len(numbers) > 1 else 0) or self.rows, self.rows) - 1
        if top < bottom:
            self._top, self._bottom = top, bottom
            self._x = self._y = 0

    # erasing

    def _erase(self, final: str, numbers: list[int]) -> None:
        row, x, what = self._grid[self._y], self._x, numbers[0]
        if what == 0:
            if final == "J" and x == 0 and self._y == 0:
                self._erase_all()
                return
            row.blank(x, self.columns)
            if final == "J":
                self._grid[self._y + 1 :] = self._blank_rows(self.rows - self._y - 1)
        elif what == 1:
            row.blank(0, x + 1)
            if final == "J":
                self._grid[: self._y] = self._blank_rows(self._y)
        elif what == 2:
            if final == "J":
                self._erase_all()
            else:
                self._grid[self._y] = Row()

    def _erase_all(self) -> None:
        """Erase the whole screen; on the main one its rows leave first, so that nothing said is lost."""
        rows, self._grid = self._grid, self._blank_rows(self.rows)
        while rows and not rows[-1]:
            rows.pop()
        self.wiped(rows)

    def wiped(self, rows: list[Row]) -> None:
        """The whole screen was erased; `rows` were on it."""
        if self._main is None:
            for row in rows:
                self.leave(row)

    def _cells(self, final: str, numbers: list[int]) -> None:
        row, x, count = self._grid[self._y], self._x, max(numbers[0], 1)
        if x >= self.columns:
            return
        if final == "X":
            row.blank(x, x + count)
        elif final == "@":
            self._insert_cells(count)
        elif x < len(row):
            row.part(x)
            row.part(x + count)
            del row[x : x + count]


_SEQUENCES: "dict[str, Callable[[Screen, str, list[int]], None]]" = {
    **dict.fromkeys("ABCDEFGHfd`", Screen._csi_move),
    **dict.fromkeys("JK", Screen._erase),
    **dict.fromkeys("XP@", Screen._cells),
    **dict.fromkeys("LM", Screen._csi_rows),
    **dict.fromkeys("ST", Screen._csi_scroll),
    **dict.fromkeys("hl", Screen._csi_mode),
    "r": Screen._region,
    "s": Screen._csi_save,
    "u": Screen._csi_restore,
    "Z": Screen._csi_back_tab,
}
"""What each control sequence does, by its final character, with its numbers; `b` repeats text and stands in `csi`."""
