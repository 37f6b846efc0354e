"""Questions on sessions: which wait for a person, run tests, fail, or are about a topic.

The answers are inferences from the last turn and from the processes that have the session open.
"""

from __future__ import annotations

from workcell.agents import tool_calls
from workcell.sessions import done_since
from workcell.sessions.outline import Outline
from workcell.sessions.search_words import Words


def waits(found: Outline, open_now: bool) -> bool:
    """Whether it waits for a person: it asks, or its turn is over and its program sits there."""
    return found.turn == "asks" or (open_now and found.turn in ("ended", "failed"))


def tests(found: Outline, open_now: bool) -> bool:
    """Whether a call that runs tests has no answer yet, and a process is there to bring it."""
    return open_now and any(done_since.runs_tests(_command(call["text"])) for call in found.calls.values())


def fails(found: Outline) -> bool:
    """Whether its last turn ended with a failure, or had one."""
    return found.turn == "failed" or found.failures > 0


def about(found: Outline, words: Words) -> bool:
    """Whether its title, what was asked or what was said last have all the words."""
    told = [found.title, found.first_prompt, found.last_prompt, found.said]
    return words.at(" ".join(text for text in told if text)) is not None


def _command(text: str) -> str:
    """The command in the text of a call: without the name of the tool before it, and without a shell around it."""
    tool, colon, command = text.partition(": ")
    return tool_calls.command_of(command if colon and " " not in tool else text)
