"""Reads the title of a terminal in which a spinner turns while the program works."""

import re

from workcell.judgement.title import Doing

_WORKING = re.compile(r"^[◐◑◒◓\u2801-\u28ff]\s")
_RESTING = re.compile(r"^✳\s")
_APPROVAL = re.compile(r"^\[ [!.] \] Action Required\b")


def doing(title: str) -> Doing:
    """What the title says; None when it tells nothing."""
    if _APPROVAL.match(title):
        return "approval"
    if _WORKING.match(title):
        return "working"
    return "resting" if _RESTING.match(title) else None
