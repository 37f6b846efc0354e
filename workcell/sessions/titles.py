"""The title of a conversation, made of what was asked first: without a model, so the same words give the same title."""

from __future__ import annotations

import re

WIDTH = 60
"""Maximum characters of a title."""

_MARKS = re.compile(r"^(?:[#>*\-\s]+|\d+[.)]\s+)+")
"""The signs of a heading, a quotation or a list."""
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|now|please|kindly|then)\b[\s,!.]*"
    r"|(?:can|could|would|will) you (?:please )?|i(?:'d| would) like you to |i (?:want|need) you to |let's |let us )+",
    re.IGNORECASE,
)
"""Words before the request itself."""
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_END = re.compile(r"(?<=[^.\s]{2})[.!?](?=\s|$)|[;\n]|\s[–—]\s")
"""The end of the first sentence; a dot within a name of a file is none."""


def of(prompt: str) -> str:
    """The first thing that is asked for, in at most WIDTH characters; empty where there are no words."""
    lines = [_MARKS.sub("", line).strip() for line in _FENCE.sub("\n", prompt).splitlines()]
    words = next((line for line in lines if any(char.isalnum() for char in line)), "")
    asked = _POLITE.sub("", words)
    words = " ".join((asked if len(asked) > 2 else words).split())
    first = _END.split(words, maxsplit=1)[0].strip(" ,:`*_") or words
    return first[:1].upper() + _cut(first[1:])


def _cut(words: str) -> str:
    if len(words) < WIDTH:
        return words
    whole, blank, _ = words[: WIDTH - 1].rpartition(" ")
    return f"{whole if blank else words[: WIDTH - 2]}…"
