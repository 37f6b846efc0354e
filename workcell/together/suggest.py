"""Suggestions: messages that a person has to release, and the word that a person gets of each.

Invariants:
- The entry in the index comes before the message, the notice after it. Killed before the notice, a tick posts it.
- What another run suggests is told once, also after its notice was taken out of the outbox: the entry says so.
"""

import os
from typing import Any, Final

from workcell.base import ids
from workcell.channels import post, sending
from workcell.cleaning import run_cleaner
from workcell.rundir import env as environment
from workcell.rundir import inbox, layout, look, suggestions

EVENT: Final = "suggested"


def put(seen: look.Look, message: "dict[str, Any]") -> str:
    """Put a message where it waits for a person, and tell a person of it; its file name. Raises OSError.

    There is no notice of one that a person suggests.
    """
    home, name = layout.home_of(seen.run), ids.unique()
    suggestions.add(home, seen.id, name)
    file = inbox.post(seen.run, message, name, to=layout.SUGGESTED)
    if tell(home, seen, name) and sending.asks_for(home, EVENT):
        sending.detach(home, environment.read(seen.run).env)
    return file


def tell(home: str, seen: look.Look, key: str) -> bool:
    """Post the notice of a suggestion, unless a person made it; whether one was posted. Raises OSError."""
    posted = False
    for one in suggestions.read(home, seen.id, [key]):
        if one.by.startswith(inbox.BY_RUN):
            posted = post.about_run(seen, EVENT, _facts(seen, one), one.id)
            if not posted:
                return False
    suggestions.mark_told(home, seen.id, key)
    return posted


def _facts(seen: look.Look, one: suggestions.Suggestion) -> "Any":
    by = one.by.removeprefix(inbox.BY_RUN).partition("/")[0]
    cleaner = run_cleaner.of_run(seen.run)
    return {
        "why": f"{by} suggests a message: {cleaner.line(' '.join(one.text.split()))[:300]}",
        "objective": seen.objective or "",
        "command": f"workcell inbox release {seen.id} {one.id}",
        "reply": f"workcell inbox rm {seen.id} {one.id}",
    }


def tell_left(home: str) -> list[str]:
    """Post the notices that senders did not live to post; a line for each. For the tick."""
    did = []
    for run, keys in suggestions.every(home, untold=True).items():
        seen = look.at(os.path.join(home, layout.RUNS, run))
        try:
            did += [f"{run}: told of a suggestion" for key in keys if tell(home, seen, key)]
        except OSError as error:
            did.append(f"{run}: not told of a suggestion: {error.strerror}")
    return did
