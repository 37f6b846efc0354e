"""What the agent is told in an attempt that messages open: the messages, in the conversation that goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from workcell.base.errors import TryAgain
from workcell.cleaning import run_cleaner
from workcell.launch import ports, resume_unheard
from workcell.rundir import inbox, look

if TYPE_CHECKING:
    from workcell.launch.resume import Basis

SINCE = "Since then:"
"""What stands between messages that are told again and those that wait."""


def spoken(run: str, seen: look.Look, basis: Basis, numbers: Mapping[str, int]) -> Basis:
    """The basis of an attempt whose agent goes on in its conversation, and is told the messages and nothing else.

    Before them stand those of an attempt whose turn did not end, where another one with a brief of its own ended since.
    Raises TryAgain where they were taken out since they woke it.
    """
    waiting = [message for _, message in inbox.for_brief(run, seen.n)]
    if not waiting:
        raise TryAgain(f"{seen.id}: the messages that woke it were taken out", f"workcell inbox {seen.id} --all")
    cleaner = run_cleaner.of_run(run)
    again = resume_unheard.find(seen)
    parts = [again.line] if again.messages else []
    parts += [cleaner.text(inbox.words(message)).rstrip("\n") for message in again.messages]
    parts += [SINCE] if again.messages else []
    parts += [cleaner.text(inbox.words(message)).rstrip("\n") for message in waiting]
    moved = ports.moved(ports.of(seen.attempt), numbers) if seen.attempt is not None else {}
    parts += [f"The port ${name} is {numbers[name]} now." for name in moved]
    text = "\n\n".join(parts) + "\n"
    brief = text.encode("utf-8", "replace")
    return replace(basis, brief=brief, messages=[*again.ids, *(str(message["id"]) for message in waiting)], told=text)
