"""Reads the line in which a person types; each agent's folder knows where that line is on its screen."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from workcell.judgement.screen import Screen


class Line(NamedTuple):
    """A composer: the screen's `row` and `column` of the first letter, and its rows with the mark."""

    row: int
    column: int
    rows: list[str]


def words(found: Line | None, cursor: tuple[int, int], ghosts: Sequence[str] = ()) -> str | None:
    """What stands in the composer, on one line; empty when nothing does, None when there is no composer.

    `cursor` is (row, column). Words that the program itself shows in an empty composer (`ghosts`, or anything
    that begins so) count as nothing while the cursor stands before them: behind them, they were typed.
    """
    if found is None:
        return None
    text = " ".join(" ".join([found.rows[0][found.column :], *found.rows[1:]]).split())
    if cursor == (found.row, found.column) and any(text.startswith(ghost) for ghost in ghosts):
        return ""
    return text


def dialog_id(dialog: Screen) -> str:
    """Names a dialog by its words and options, wherever its mark stands."""
    options = [option["text"] for option in dialog["options"]]
    return hashlib.blake2b("\n".join([dialog["text"], *options]).encode(), digest_size=6).hexdigest()
