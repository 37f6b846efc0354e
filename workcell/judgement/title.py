"""What the title of a terminal says: both programs turn a spinner in it, and name what they wait for."""

import re

from workcell.judgement.evidence import Evidence, item

_BUSY = re.compile(r"^[◐◑◒◓\u2801-\u28ff]\s")
_IDLE = re.compile(r"^✳\s")
_ACTION = re.compile(r"^\[ [!.] \] Action Required\b")


def busy(title: str) -> bool | None:
    """True while a spinner turns, False when it rests, None when the title tells neither."""
    if _BUSY.match(title):
        return True
    return False if _IDLE.match(title) else None


def read(title: str, time: str | None = None) -> list[Evidence]:
    """The evidence in a title."""
    if _ACTION.match(title):
        return [item("terminal", "approval", 0.8, f"its title says {title!r}", time)]
    if busy(title):
        return [item("terminal", "working", 0.7, f"its title says {title!r}", time)]
    return []
