"""Tables that fit the width of the terminal: columns first give way, then go, the least important one first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workcell.faces.cli import out
from workcell.terminal import printable

Cell = tuple[str, str]
"""Text and colour code, "0" for none."""

GAP = 2


@dataclass(frozen=True)
class Column:
    """`least` is the width down to which it may be cut, 0 for never; the highest `goes` goes first, 0 never."""

    title: str
    least: int = 0
    goes: int = 0


def fitted(columns: Sequence[Column], lines: Iterable[Sequence[Cell]], width: int) -> list[str]:
    """The table as lines, no wider than `width` unless even the columns that never go are."""
    body = [[(out.safe(text), code) for text, code in line] for line in lines]
    kept = list(range(len(columns)))
    natural = [
        max([printable.width(column.title), *(printable.width(line[i][0]) for line in body)])
        for i, column in enumerate(columns)
    ]
    while True:
        widths = _widths([columns[i] for i in kept], [natural[i] for i in kept], width)
        going = max(kept, key=lambda i: columns[i].goes)
        if widths is not None or columns[going].goes == 0:
            break
        kept.remove(going)
    if widths is None:
        widths = [min(natural[i], columns[i].least or natural[i]) for i in kept]
    head: list[Cell] = [(column.title, "1") for column in columns]
    return [_line([line[i] for i in kept], widths) for line in [head, *body]]


def _widths(columns: Sequence[Column], natural: Sequence[int], width: int) -> list[int] | None:
    """The natural widths, the widest cut first until all fit; None when they cannot."""
    room = width - GAP * (len(columns) - 1)
    widths = list(natural)
    least = [min(size, column.least or size) for column, size in zip(columns, natural, strict=True)]
    if sum(least) > room:
        return None
    while (over := sum(widths) - room) > 0:
        widest = max(range(len(widths)), key=lambda i: (widths[i] - least[i] > 0, widths[i]))
        others = [size for i, size in enumerate(widths) if i != widest and size > least[i] and size < widths[widest]]
        step = widths[widest] - max([least[widest], *others])
        widths[widest] -= min(over, max(1, step))
    return widths


def _line(cells: Sequence[Cell], widths: Sequence[int]) -> str:
    parts = []
    for (text, code), width in zip(cells, widths, strict=True):
        cut = printable.clip(text, width)
        pad = " " * (width - printable.width(cut))
        parts.append((out.paint(cut, code) if code != "0" else cut) + pad)
    return (" " * GAP).join(parts).rstrip()


def show(columns: Sequence[Column], lines: Iterable[Sequence[Cell]]) -> None:
    """Print the table at the width of the terminal."""
    for line in fitted(columns, lines, out.columns()):
        print(line)
