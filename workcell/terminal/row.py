"""One row of a terminal's screen: its cells, and text in them that is wider than one column."""


class Row(list[str]):
    """The cells of one row, no longer than what was written.

    A cell is a character with its combining marks; "" follows a character wider than one column, once for
    each column more; a tab over columns never written is one such character. `wrapped`: the text goes on in
    the row below.
    """

    __slots__ = ("wrapped",)

    def __init__(self) -> None:
        super().__init__()
        self.wrapped = False

    def shown(self) -> str:
        """The row as a terminal shows it, without blanks at its end."""
        text = "".join(self)
        if "\t" not in text:
            return text.rstrip(" ")
        cells = list(self)
        for at, cell in enumerate(cells):
            if cell.startswith("\t"):
                cells[at] = " "
                while at + 1 < len(cells) and cells[at + 1] == "":
                    at += 1
                    cells[at] = " "
        return "".join(cells).replace("\t", "").rstrip(" ")

    def part(self, at: int) -> None:
        """Make `at` the edge of a cell: a wider character that lies across it becomes blanks."""
        if 0 < at < len(self) and self[at] == "":
            start, end = at - 1, at + 1
            while self[start] == "":
                start -= 1
            while end < len(self) and self[end] == "":
                end += 1
            self[start:end] = " " * (end - start)

    def put(self, at: int, cells: "str | list[str]") -> None:
        """Replace the cells from `at` on."""
        end = at + len(cells)
        if len(self) > at:
            self.part(at)
            self.part(end)
        elif len(self) < at:
            self.extend(" " * (at - len(self)))
        self[at:end] = cells

    def blank(self, start: int, end: int) -> None:
        """Erase the cells from `start` up to `end`."""
        end = min(end, len(self))
        if start >= end:
            return
        self.part(start)
        self.part(end)
        if end == len(self):
            del self[start:]
        else:
            self[start:end] = " " * (end - start)
        if not self:
            self.wrapped = False
