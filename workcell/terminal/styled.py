"""A terminal in memory that also knows in which colours each cell was written."""

from typing import NamedTuple

from workcell.terminal.emulator import Screen
from workcell.terminal.row import Row
from workcell.terminal.sequences import numbers_of

BOLD, DIM, ITALIC, UNDERLINE, REVERSE = "bold", "dim", "italic", "underline", "reverse"

_ON = {1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: REVERSE}
_OFF = {22: (BOLD, DIM), 23: (ITALIC,), 24: (UNDERLINE,), 27: (REVERSE,)}
_CUBE = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue in the colours 16 to 231 of a palette of 256."""


class Style(NamedTuple):
    """How a cell is drawn. A colour is a number of the 16 of a palette, or `#rrggbb`; None for the terminal's own."""

    text: int | str | None = None
    ground: int | str | None = None
    marks: frozenset[str] = frozenset()
    """Some of BOLD, DIM, ITALIC, UNDERLINE and REVERSE."""


PLAIN = Style()


class Line(NamedTuple):
    """One row of a screen."""

    runs: list[tuple[str, Style]]
    """Its pieces of text, each in one style, without plain blanks at the end."""
    wrapped: bool = False
    """Whether the text goes on in the row below."""

    @property
    def text(self) -> str:
        """The text without its styles."""
        return "".join(text for text, _ in self.runs)


class StyledCell(str):
    """A cell with the style that it was written in."""

    __slots__ = ("style",)
    style: Style


class _Pen:
    style = PLAIN


class _StyledRow(Row):
    __slots__ = ("_pen",)

    def __init__(self, pen: _Pen) -> None:
        super().__init__()
        self._pen = pen

    def put(self, at: int, cells: str | list[str]) -> None:
        super().put(at, [_styled(cell, self._pen.style) for cell in cells])


def _styled(text: str, style: Style) -> StyledCell:
    cell = StyledCell(text)
    cell.style = style
    return cell


class StyledScreen(Screen):
    """A `Screen` whose rows hold `StyledCell`s. A cell that was erased, or got a combining mark later, is plain."""

    def __init__(self, columns: int, rows: int, newline: bool = False) -> None:
        self._pen = _Pen()
        super().__init__(columns, rows, newline)

    def styled_lines(self) -> list[Line]:
        """All rows from the top."""
        return [Line(_runs(row), row.wrapped) for row in self._grid]

    def resize(self, columns: int, rows: int) -> None:
        """Take over another size: rows leave at the top as far as the cursor needs room, and none is wrapped anew."""
        self.columns, self.rows = max(1, columns), max(1, rows)
        for grid in (self._grid, self._main):
            if grid is None:
                continue
            above = max(0, self._y - self.rows + 1) if grid is self._grid else max(0, len(grid) - self.rows)
            del grid[:above]
            del grid[self.rows :]
            grid += self._blank_rows(self.rows - len(grid))
            if grid is self._grid:
                self._y -= above
            for row in grid:
                row.part(self.columns)
                del row[self.columns :]
        self._x = min(self._x, self.columns)
        self._top, self._bottom = 0, self.rows - 1
        self._saved = (min(self._saved[0], self.columns - 1), min(self._saved[1], self.rows - 1), self._saved[2])
        if self._main_cursor is not None:
            self._main_cursor = (min(self._main_cursor[0], self.columns), min(self._main_cursor[1], self.rows - 1))

    def csi(self, parameters: str, intermediates: str, final: str) -> None:
        if final == "m" and not intermediates and parameters[:1] not in ("<", "=", ">", "?"):
            numbers = numbers_of(parameters.replace(":", ";"))
            if numbers is not None:
                self._pen.style = restyled(self._pen.style, numbers)
        super().csi(parameters, intermediates, final)

    def _blank_rows(self, count: int) -> list[Row]:
        return [_StyledRow(self._pen) for _ in range(count)]

    def _reset(self) -> None:
        self._pen.style = PLAIN
        super()._reset()


def _runs(row: Row) -> list[tuple[str, Style]]:
    found: list[tuple[str, Style]] = []
    in_tab = False
    for cell in row:
        style = cell.style if isinstance(cell, StyledCell) else PLAIN
        in_tab = cell.startswith("\t") or (in_tab and cell == "")  # the empty cells of a tab are blanks
        text = " " if in_tab else cell.replace("\t", "")  # a tab in the last column stays in the text of its cell
        if found and found[-1][1] == style:
            found[-1] = (found[-1][0] + text, style)
        elif text:
            found.append((text, style))
    if found and found[-1][1] == PLAIN:
        text = found.pop()[0].rstrip(" ")
        found += [(text, PLAIN)] if text else []
    return found


def restyled(style: Style, numbers: list[int]) -> Style:
    """The style after the parameters of one SGR sequence; unknown ones change nothing."""
    left = list(numbers) or [0]
    while left:
        number = left.pop(0)
        if number == 0:
            style = PLAIN
        elif number in _ON:
            style = style._replace(marks=style.marks | {_ON[number]})
        elif number in _OFF:
            style = style._replace(marks=style.marks - set(_OFF[number]))
        elif number in (38, 48):
            colour = _extended(left)
            style = style._replace(text=colour) if number == 38 else style._replace(ground=colour)
        else:
            style = _palette(style, number)
    return style


def _palette(style: Style, number: int) -> Style:
    if number == 39:
        return style._replace(text=None)
    if number == 49:
        return style._replace(ground=None)
    for first, bright in ((30, 0), (90, 8)):
        if first <= number < first + 8:
            return style._replace(text=number - first + bright)
        if first + 10 <= number < first + 18:
            return style._replace(ground=number - first - 10 + bright)
    return style


def _extended(left: list[int]) -> int | str | None:
    """The colour behind 38 or 48, taken off `left`: `5;N`, or `2;R;G;B`."""
    kind = left.pop(0) if left else 0
    if kind == 5 and left:
        return colour_of_256(left.pop(0))
    if kind == 2 and len(left) >= 3:
        red, green, blue = (min(max(left.pop(0), 0), 255) for _ in range(3))
        return f"#{red:02x}{green:02x}{blue:02x}"
    left.clear()  # a colour that is cut off: the numbers that are left mean nothing of their own
    return None


def colour_of_256(number: int) -> int | str | None:
    """A colour of the palette of 256: one of the first 16 by its number, another as `#rrggbb`; None beyond."""
    if 0 <= number < 16:
        return number
    if number < 232:
        levels = (_CUBE[(number - 16) // 36], _CUBE[(number - 16) // 6 % 6], _CUBE[(number - 16) % 6])
    elif number < 256:
        levels = (8 + 10 * (number - 232),) * 3
    else:
        return None
    return "#" + "".join(f"{level:02x}" for level in levels)


def ansi(line: Line) -> str:
    """A row with the sequences that show it so in a terminal."""
    return "".join(text if style == PLAIN else f"\x1b[{_sgr(style)}m{text}\x1b[0m" for text, style in line.runs)


def _sgr(style: Style) -> str:
    on = {mark: str(number) for number, mark in _ON.items()}
    parts = [on[mark] for mark in on if mark in style.marks]
    return ";".join([*parts, *_sgr_colour(style.text, 30, 90), *_sgr_colour(style.ground, 40, 100)])


def _sgr_colour(colour: int | str | None, first: int, bright: int) -> list[str]:
    if colour is None:
        return []
    if isinstance(colour, int):
        return [str(first + colour if colour < 8 else bright + colour - 8)]
    levels = [str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    return [str(first + 8), "2", *levels]
