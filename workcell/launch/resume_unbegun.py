"""What the agent of a run that has not begun is told: its brief, with the messages that were sent before its start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workcell.cleaning import run_cleaner
from workcell.rundir import inbox, look, phase

if TYPE_CHECKING:
    from workcell.launch.resume import Basis
    from workcell.rundir.schema import Message

TITLE = "## Messages that were sent before the start"


def letters(seen: look.Look) -> list[Message]:
    """The messages that no brief holds of a run whose first attempt waits for its start, in their order.

    None for an agent to which they are typed, or which goes on in a conversation that it had before: it gets them
    later.
    """
    if seen.phase != phase.CREATED or seen.n != 1 or seen.attempt is None or seen.attempt.get("native"):
        return []
    if seen.screen != "none" and seen.io == "terminal":
        return []
    return [message for _, message in inbox.for_brief(seen.run, seen.n)]


def told(seen: look.Look, basis: Basis, unread: list[Message]) -> Basis:
    """The basis of the attempt that is opened in the place of the one that never began."""
    from workcell.launch import resume_brief

    cleaner = run_cleaner.of_run(seen.run)
    words = [cleaner.text(inbox.words(message)).strip("\n") for message in unread]
    text = "\n\n".join([resume_brief.written(seen).rstrip("\n"), TITLE, *words]) + "\n"
    return replace(basis, brief=text.encode("utf-8", "replace"), messages=[str(message["id"]) for message in unread])
