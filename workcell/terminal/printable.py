"""Making any text safe and measurable for one line of a terminal: a table cell, a title, an error."""

import functools
import unicodedata

from workcell.terminal.strip_ansi import strip_control

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

__all__ = ["char_width", "clip", "json_escaped", "printable", "printable_lines", "strip_control", "width"]

# Controls; bidirectional marks, overrides and isolates, which make a line read otherwise than it is; line
# and paragraph separators; characters without any shape (zero-width space, word joiner, byte order mark,
# tags), in which words can hide. The joiners U+200C and U+200D stay: scripts and emoji need them.
_UNSAFE_ABOVE = (
    "\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_UNSAFE = f"\x00-\x1f{_UNSAFE_ABOVE}"
_UNSAFE_IN_LINES = f"\x00-\x08\x0b-\x1f{_UNSAFE_ABOVE}"
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def printable(text: str) -> str:
    r"""`text` on one line, each unsafe character written as an escape: `\n`, `\x1b`, `\u202e`, `\U000e0041`.

    For people, not for parsing back: a backslash that was there before stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return _any_of(_UNSAFE).sub(_escape, text)


@functools.cache
def _any_of(characters: str) -> "re.Pattern[str]":
    """A pattern for one of these characters. A verb that prints only ASCII on one line needs none."""
    import re

    return re.compile(f"[{characters}]")


def printable_lines(text: str) -> str:
    """`text` with each unsafe character written as an escape, as `printable` does; newlines and tabs stay."""
    return _any_of(_UNSAFE_IN_LINES).sub(_escape, text)


def json_escaped(text: str) -> str:
    r"""`text`, a JSON document, with each unsafe character from U+007F on as `\uXXXX`; what it says is the same.

    JSON itself escapes only those below U+0020. All of them can stand in strings alone.
    """
    return _any_of(_UNSAFE_ABOVE).sub(_json_escape, text)


def _json_escape(match: "re.Match[str]") -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _escape(match: "re.Match[str]") -> str:
    char = match[0]
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@functools.lru_cache(maxsize=8192)  # a hostile log holds a million different characters
def char_width(char: str) -> int:
    """Columns that a terminal gives one character: 0, 1 or 2, as wcwidth(3); ambiguous width is 1."""
    if " " <= char <= "~":
        return 1
    code = ord(char)
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc", "Zl", "Zp") and code != 0xAD:
        return 0
    if 0x1160 <= code <= 0x11FF:  # Hangul vowels and finals, drawn into the syllable before them
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Columns that `text` takes on a terminal; controls count 0, so measure what `printable` gave."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(char_width, text))


def clip(text: str, columns: int) -> str:
    """`text` if it fits in `columns`, else its beginning with an ellipsis, at most `columns` wide."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    room, at = columns - 1, 0
    while (room := room - char_width(text[at])) >= 0:  # ends within the text, which is wider than the room
        at += 1
    return text[:at] + "…"


def folded(text: str, columns: int) -> list[str]:
    """`text` in pieces of at most `columns` columns, as a terminal wraps it; one empty piece for an empty text."""
    pieces, room = [""], columns
    for char in text:
        room -= char_width(char)
        if room < 0 and pieces[-1]:
            pieces.append("")
            room = columns - char_width(char)
        pieces[-1] += char
    return pieces
