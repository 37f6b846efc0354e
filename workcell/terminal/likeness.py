"""Standard output in an encoding that has not every character, as ISO-8859-1: what it lacks is shown by its like.

A like takes as many columns as its character, so tables stay aligned. Which character stands for which is told by
`ASCII`; of any other, `?` says that one is there.
"""

import codecs
import io

from workcell.terminal import printable

NAME = "workcell.likeness"

ASCII = {
    "✓": "+", "✗": "x", "■": "#", "●": "*", "○": "o", "◐": "o", "◌": "o", "◷": "@",
    "…": "~", "→": ">", "←": "<", "↑": "^", "↓": "v", "·": "-", "•": "-", "−": "-", "–": "-", "—": "-",
    "‘": "'", "’": "'", "“": '"', "”": '"', "─": "-", "│": "|", "█": "#", "░": ".", "♯": "#", "≤": "<", "≥": ">",
    "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip


def adapt(stream: object) -> None:
    """Make an output stream take every character, where its encoding has not all of them."""
    if not isinstance(stream, io.TextIOWrapper) or codecs.lookup(stream.encoding).name.startswith("utf"):
        return
    codecs.register_error(NAME, _like)
    stream.reconfigure(errors=NAME)


def _like(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(ASCII.get(char) or "?" * printable.width(char) for char in lacking), error.end
