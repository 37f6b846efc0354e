"""A terminal's screen as an SVG picture: text that can be selected, no script, no font and no link to anywhere."""

from collections.abc import Sequence
from html import escape

from workcell.terminal import printable
from workcell.terminal.styled import BOLD, DIM, ITALIC, PLAIN, REVERSE, UNDERLINE, Line, Style

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE = 8.4, 19, 14
"""Pixels. Each piece of text says its own length, so that a font of another width still fits the grid."""
PADDING, BAR = 16, 32
"""Pixels around the text, and of the bar with the title."""

GROUND, TEXT, BAR_GROUND, TITLE = "#16181d", "#d7dae0", "#23262e", "#9aa0ab"
PALETTE = (
    *("#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4"),
    *("#7f8794", "#ef8891", "#b1d693", "#f0d39a", "#86c5f7", "#d79aea", "#7fd0da", "#ffffff"),
)
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def picture(rows: Sequence[Line], columns: int, title: str, describes: str) -> str:
    """The SVG document of the rows of a screen that is `columns` wide.

    `title` stands in the bar; `describes` says for readers of the picture's text what it shows. Nothing in a text can
    become markup, and control characters are taken out.
    """
    width = round(2 * PADDING + columns * CELL_WIDTH)
    height = BAR + 2 * PADDING + len(rows) * LINE_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{_text(describes)}">',
        f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
        f'<path d="M0 {BAR}V8a8 8 0 0 1 8-8H{width - 8}a8 8 0 0 1 8 8V{BAR}Z" fill="{BAR_GROUND}"/>',
        *(
            f'<circle cx="{18 + 18 * at}" cy="{BAR // 2}" r="5.5" fill="{colour}"/>'
            for at, colour in enumerate((PALETTE[1], PALETTE[3], PALETTE[2]))
        ),
        f'<text x="{width // 2}" y="{BAR // 2 + 5}" text-anchor="middle" font-family="{FONTS}" font-size="12"'
        f' fill="{TITLE}">{_text(title)}</text>',
        f'<g font-family="{FONTS}" font-size="{FONT_SIZE}" xml:space="preserve">',
    ]
    for at, line in enumerate(rows):
        parts += _row(line, BAR + PADDING + at * LINE_HEIGHT)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _row(line: Line, top: float) -> list[str]:
    """The elements of one row whose upper edge is at `top`."""
    parts: list[str] = []
    column = 0
    for text, style in line.runs:
        cells = printable.width(text)
        left, length = PADDING + column * CELL_WIDTH, cells * CELL_WIDTH
        column += cells
        colour, ground = _colours(style)
        if ground != GROUND:
            parts.append(
                f'<rect x="{left:.1f}" y="{top}" width="{length:.1f}" height="{LINE_HEIGHT}" fill="{ground}"/>'
            )
        if text.strip():
            parts.append(
                f'<text x="{left:.1f}" y="{top + FONT_SIZE}" textLength="{length:.1f}" fill="{colour}"{_font(style)}>'
                f"{_text(text)}</text>"
            )
    return parts


def _colours(style: Style) -> tuple[str, str]:
    """The colours of text and ground."""
    colour, ground = _hex(style.text, TEXT), _hex(style.ground, GROUND)
    return (ground, colour) if REVERSE in style.marks else (colour, ground)


def _hex(colour: int | str | None, default: str) -> str:
    if colour is None:
        return default
    return PALETTE[colour] if isinstance(colour, int) else colour


def _font(style: Style) -> str:
    if style.marks == PLAIN.marks:
        return ""
    words = {
        BOLD: ' font-weight="bold"',
        DIM: ' opacity="0.65"',
        ITALIC: ' font-style="italic"',
        UNDERLINE: ' text-decoration="underline"',
    }
    return "".join(attribute for mark, attribute in words.items() if mark in style.marks)


def _text(text: str) -> str:
    return escape("".join(char for char in text if char.isprintable()), quote=True)
