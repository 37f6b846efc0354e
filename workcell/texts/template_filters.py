"""What templates can do with a value beyond writing it."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from workcell.base import clock
from workcell.terminal import printable


def shell_word(text: str) -> str:
    """`text` as one word of any POSIX shell; characters that could steer a terminal or break the line are escaped."""
    if printable.printable(text) == text:
        return shlex.quote(text)
    return "\"$(printf %b '" + "".join(map(_shell_escape, text)) + "')\""


def _shell_escape(char: str) -> str:
    if char not in "'\\" and printable.printable(char) == char:
        return char
    return "".join(f"\\0{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def indent_code(text: str) -> str:
    """A Markdown code block by indentation: no fence in the text can end it early."""
    return "\n".join("    " + line for line in text.rstrip("\n").split("\n"))


FILTERS: dict[str, Callable[..., str]] = {
    "span": clock.span,
    "indent_code": indent_code,
    "shell_word": shell_word,
    "printable": printable.printable,
}
"""By the name that a template calls them with, beside Jinja's own."""
