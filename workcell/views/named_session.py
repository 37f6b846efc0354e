"""Whether a person means a session of an agent program, where a word may name a run, too."""

from __future__ import annotations

from workcell.agents.session_files import SessionFile
from workcell.base.errors import NoSuchRun, NotFound
from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.sessions import known

LEAST = 6
"""Minimum characters of a word without an agent before it: a shorter one is a mistyped name of a run."""


def find_session(cell: Cell, word: str) -> SessionFile | None:
    """The session that `word` means; None where it means a run.

    A word with a colon, as in `claude:5369a4b0`, is no name of a run. Raises NoSuchRun where it names neither, NotFound
    or Usage for such a word that names no session, or several.
    """
    if ":" in word and "/" not in word:
        return known.find(cell.home, cell.environment, word)
    try:
        find.run(cell.home, word)
    except NoSuchRun:
        try:
            if len(word) >= LEAST:
                return known.find(cell.home, cell.environment, word)
        except NotFound:
            pass
        raise
    return None
