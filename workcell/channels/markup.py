"""Making one value safe for one kind of markup, and cutting it before that so that nothing is ever cut in half."""

import html
import re
import unicodedata
from collections.abc import Callable

from workcell.terminal.strip_ansi import strip_control

PLAIN, MARKDOWN, HTML, MRKDWN = "plain", "markdown", "html", "mrkdwn"

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&=])")
_MRKDWN = re.compile(r"([*_~`])")
_ZERO_WIDTH_SPACE = "\u200b"


class Done(str):
    """Text that is escaped already."""


class _Shown(dict[int, int | None]):
    """What becomes of each character, found out once: str.translate asks a mapping for code points."""

    def __missing__(self, point: int) -> int | None:
        char = chr(point)
        # U+200D joins emoji; the other marks that show nothing turn directions, or hide parts of words
        hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and char != "\u200d"
        found = None if hidden and not char.isspace() else point
        self[point] = found
        return found


_SHOWN = _Shown()


def line(text: str) -> str:
    """`text` as one line without control sequences, controls, marks that turn its direction, or half characters."""
    if not (text.isascii() and text.isprintable()):
        text = strip_control(text.encode("utf-8", "replace")).decode("utf-8", "replace").translate(_SHOWN)
    return " ".join(text.split())


def cut(text: str, size: int) -> str:
    """At most `size` characters, with an ellipsis where something went."""
    if len(text) <= size:
        return text
    return text[: max(0, size - 1)].rstrip() + "…" if size > 0 else ""


def utf16(text: str) -> int:
    """Length as Telegram and Slack count it."""
    return len(text) + sum(char > "\uffff" for char in text)


def utf8(text: str) -> int:
    """Length in bytes, as ntfy counts it."""
    return len(text.encode())


def escape(kind: str) -> Callable[[str], str]:
    """The function that makes one line of plain text mean itself in that markup."""
    return _ESCAPES[kind]


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _markdown(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", text)


def _mrkdwn(text: str) -> str:
    """Slack has no escape for its marks: one that follows a zero-width space begins no word and marks nothing."""
    return _MRKDWN.sub(_ZERO_WIDTH_SPACE + r"\1", _html(text))


def _plain(text: str) -> str:
    return text


_ESCAPES: dict[str, Callable[[str], str]] = {PLAIN: _plain, MARKDOWN: _markdown, HTML: _html, MRKDWN: _mrkdwn}


def bold(kind: str, text: str) -> Done:
    """`text` standing out; it must stand between white space."""
    if not text or kind == PLAIN:
        return Done(text)
    marks = {HTML: ("<b>", "</b>"), MARKDOWN: ("**", "**"), MRKDWN: ("*", "*")}[kind]
    return Done(marks[0] + escape(kind)(text) + marks[1])


def code(kind: str, text: str) -> Done:
    """`text` to be copied as it is."""
    if not text or kind == PLAIN:
        return Done(text)
    if kind == HTML:
        return Done(f"<code>{_html(text)}</code>")
    if kind == MRKDWN:
        return Done("`" + _html(text).replace("`", "'") + "`")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return Done(fence + pad + text + pad + fence)
