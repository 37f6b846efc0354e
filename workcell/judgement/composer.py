"""The line in which a person types: where it is on a screen, and what stands in it."""

import hashlib
import re
from collections.abc import Sequence

from workcell.judgement.screen import Screen

_RULE = re.compile(r"^\s*─{20,}\s*$")
_OPTION = re.compile(r"^\s*›\s*\d{1,2}[.)]\s")
_HOME = 2
"""The column of the first letter: behind the mark and a blank, in both programs."""


def words(rows: Sequence[str], agent: str, cursor: tuple[int, int], ghosts: Sequence[str] = ()) -> str | None:
    """What stands in the composer, on one line; empty when nothing does, None when there is no composer.

    `cursor` is (row, column). Words that the program itself shows in an empty composer (`ghosts`, or anything
    that begins so) count as nothing while the cursor stands before them: behind them, they were typed.
    """
    found = _claude(rows) if agent == "claude" else _codex(rows)
    if found is None:
        return None
    first, inside = found
    text = " ".join(" ".join([inside[0][_HOME:], *inside[1:]]).split())
    home = cursor == (first, _HOME)
    if home and any(text.startswith(ghost) for ghost in ghosts):
        return ""
    return text


def _claude(rows: Sequence[str]) -> tuple[int, list[str]] | None:
    """Between the last two rules of the screen."""
    rules = [index for index, row in enumerate(rows) if _RULE.match(row)]
    for upper, lower in zip(reversed(rules[:-1]), reversed(rules[1:]), strict=True):
        inside = list(rows[upper + 1 : lower])
        if inside and inside[0].startswith(("❯", ">", "!")):
            return upper + 1, inside
    return None


def _codex(rows: Sequence[str]) -> tuple[int, list[str]] | None:
    """From the last mark at the left edge that is not an option of a list, to the next blank row."""
    last = max((index for index, row in enumerate(rows) if row.strip()), default=-1)
    for index in range(last, max(-1, last - 30), -1):
        row = rows[index]
        if _OPTION.match(row):
            return None
        if row == "›" or row.startswith("› "):
            end = index + 1
            while end < len(rows) and rows[end].strip():
                end += 1
            return index, list(rows[index:end])
    return None


def dialog_id(dialog: Screen) -> str:
    """Names a dialog by its words and options, wherever its mark stands."""
    options = [str(option["text"]) for option in dialog["options"]]
    return hashlib.blake2b("\n".join([str(dialog["text"]), *options]).encode(), digest_size=6).hexdigest()
