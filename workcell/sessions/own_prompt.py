"""Recognizes a prompt that workcell wrote, and finds the objective in it, where no record of the run is left.

The first lines are those of `templates/prompt.md.j2` and `templates/resume.md.j2`.
"""

from __future__ import annotations

import re

from workcell.base.errors import WorkcellError
from workcell.texts import brief

_FIRST = re.compile(r"You are working in [^\n]{1,4096} on one objective, unattended\. The brief is below and in ")
_LATER = re.compile(r"# Attempt [1-9][0-9]{0,5}: ([^\n]{1,4096})\n\nEarlier attempts worked on this\. What follows is ")
_BRIEF = "\n# Brief\n\n"
UNKNOWN = "an objective that cannot be read"
"""In place of an objective that is cut off or is faulty."""


def objective(text: str) -> str | None:
    """The objective in a prompt with which workcell began a conversation; None for any other text."""
    if later := _LATER.match(text):
        return later[1].strip()
    if _FIRST.match(text) is None:
        return None
    written = text.partition(_BRIEF)[2]
    try:
        return brief.parse(written.encode("utf-8", "replace"), "prompt").objective or UNKNOWN
    except WorkcellError:
        return UNKNOWN
