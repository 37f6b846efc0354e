"""What a terminal showed, frame by frame, and how to show it in another terminal without a byte of the program's own.

A frame is drawn with colours, positions and text alone: nothing in it can ask a terminal a question, set its title or
reach its clipboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workcell.sessions.recording import Piece
from workcell.terminal import printable, styled
from workcell.terminal.styled import Line


@dataclass(frozen=True)
class Frame:
    """A whole screen at one time."""

    at: float
    """Seconds after the start."""
    columns: int
    rows: int
    lines: list[Line]
    """All rows from the top."""
    cursor: tuple[int, int]
    """Row and column, from 0."""


def frames(pieces: Iterable[Piece], columns: int, rows: int) -> Iterator[Frame]:
    """The frames of a recording that begins in a terminal of that size, one for each time at which it changed."""
    screen = styled.StyledScreen(columns, rows)
    at: float | None = None
    before: Frame | None = None
    for piece in pieces:
        if at is not None and piece.at > at:
            frame = _frame(screen, at)
            if before is None or _differ(before, frame):
                yield frame
                before = frame
        at = piece.at
        if piece.size is not None:
            screen.resize(*piece.size)
        screen.feed(piece.data)
    if at is not None:
        yield _frame(screen, at)


def _frame(screen: styled.StyledScreen, at: float) -> Frame:
    return Frame(at, screen.columns, screen.rows, screen.styled_lines(), screen.cursor)


def _differ(one: Frame, other: Frame) -> bool:
    return (one.lines, one.cursor, one.columns, one.rows) != (other.lines, other.cursor, other.columns, other.rows)


def change(before: Frame | None, now: Frame) -> str:
    """What a terminal that shows `before` is sent to show `now`; all of it where the size is another one."""
    same_size = before is not None and (before.columns, before.rows) == (now.columns, now.rows)
    old = before.lines if before is not None and same_size else []
    parts = [] if same_size else ["\x1b[0m\x1b[2J"]
    for row, line in enumerate(now.lines):
        if (row >= len(old) or old[row].runs != line.runs) and (same_size or line.runs):
            parts.append(f"\x1b[{row + 1};1H\x1b[K{styled.ansi(line)}")
    row, column = now.cursor
    parts.append(f"\x1b[{row + 1};{column + 1}H")
    return "".join(parts)


def fitted(frame: Frame, columns: int, rows: int) -> Frame:
    """What a terminal of that size shows of a frame: the rows up to the last that is used, cut at the right."""
    used = max([frame.cursor[0], *(at for at, line in enumerate(frame.lines) if line.text.strip())])
    top = max(0, used - rows + 1)
    lines = [_cut(line, columns) for line in frame.lines[top : top + rows]]
    lines += [Line([])] * (rows - len(lines))
    cursor = (max(0, frame.cursor[0] - top), min(frame.cursor[1], columns - 1))
    return Frame(frame.at, columns, rows, lines, cursor)


def _cut(line: Line, columns: int) -> Line:
    """The beginning of a row that fits."""
    runs, room = [], columns
    for text, style in line.runs:
        piece = printable.folded(text, room)[0] if room > 0 else ""
        if printable.width(piece) > room:
            break  # a wide character in the last column
        room -= printable.width(piece)
        if piece:
            runs.append((piece, style))
        if piece != text:
            break
    return Line(runs, line.wrapped)
