"""Reads the terminal of a program that has no folder: its composer is taken to be the last line with the mark `›`."""

from collections.abc import Sequence

from workcell.agents import screens, titles
from workcell.agents.claude import terminal as claude
from workcell.judgement.composer import Line
from workcell.judgement.screen import Screen


def composer(rows: Sequence[str]) -> Line | None:
    """The line in which a person types."""
    return screens.line_behind_mark(rows)


doing = titles.doing


def read(rows: Sequence[str]) -> Screen:
    """What the last frame says; around the composer the marks of Claude Code are looked for."""
    found = screens.tail(rows)
    if not found:
        return screens.unknown()
    parts = screens.behind_mark(found)
    return claude.around(parts) if parts else screens.without_composer(found)
