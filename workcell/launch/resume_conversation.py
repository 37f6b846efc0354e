"""In which conversation of the agent program the next attempt begins, by what was asked and what waits in the inbox."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from workcell.base.errors import Refused
from workcell.base.light_dataclass import dataclass
from workcell.launch import attempt as attempts
from workcell.launch import conversation, resume_checks
from workcell.rundir import deferred, inbox, layout, look

if TYPE_CHECKING:
    from workcell.launch.resume import Request
    from workcell.rundir import schema

CLEARED = "it was cleared: a new conversation begins"
"""Why an attempt does not go on in the conversation before it."""


@dataclass(frozen=True)
class Chosen:
    """Where the next attempt begins."""

    session: str | None = None
    """Id of the conversation that goes on; None for a new one."""
    why_not: str | None = None
    """Why it is a new one although another was to go on."""
    compact: str | None = None
    """What the program is told first, so that it compacts that conversation."""
    obeyed: list[str] = field(default_factory=list)
    """Ids of the messages to clear and to compact that this obeys."""


def choose(request: Request, seen: look.Look, carried: attempts.Carried) -> Chosen:
    """The conversation of the attempt after the one that `seen` looked at; `carried` is its intent so far.

    A yes or no goes on in the middle of a turn: what was asked for beyond it waits for the attempt after that. Refused
    where that cannot go on.
    """
    decided = request.by.get("who") == deferred.APPROVAL
    asked = [] if decided else inbox.own_commands(request.run, seen.n)
    ids = [str(one.get("id")) for one in asked]
    if any(one["kind"] == inbox.CLEAR for one in asked) or (request.native and not decided and _cleared_at_last(seen)):
        return Chosen(None, CLEARED if request.native else None, obeyed=ids)
    session, why_not = None, None
    values = carried["recipe"]["values"]
    if request.native:
        why_not = resume_checks.unasked(seen, carried)
        if why_not is None:
            session, why_not = conversation.to_continue(request.run, request.home, request.recipe, values, seen)
        if why_not is not None and decided:
            raise Refused(f"cannot go on with {seen.id}: {why_not}", f"workcell resume {seen.id} --brief NEW.md")
    if session is None:
        return Chosen(None, why_not, obeyed=ids)  # a conversation that begins has nothing to compact
    words = compacts(values) if asked else None
    return Chosen(session, None, words, ids if words is not None else [])


def _cleared_at_last(seen: look.Look) -> bool:
    """Whether the conversation was cleared at the terminal of the attempt, and nothing was asked in the new one.

    Then the records may still speak of the old one: Codex names the new one with its first prompt.
    """
    if seen.io != "terminal":
        return False
    at = inbox.cleared_at(seen.run, seen.n)
    if at is None:
        return False
    from workcell.evidence import capture_state

    told = capture_state.records(capture_state.stored(seen.directory))
    prompt = told["prompt"] if told is not None else None
    return prompt is None or (prompt["at"] or "") <= at


def compacts(values: schema.RecipeValues) -> str | None:
    """What a program without a terminal reads to compact its conversation; None for one that has no such words.

    At a terminal the message waits for the agent to be idle, and is typed then.
    """
    if values.get("io") != "file" or values.get("stdin") != "prompt" or not values.get("resume"):
        return None
    own_commands = values.get("own_commands") or {}
    return own_commands.get("compact")


def with_compaction(argv: list[str], words: str, directory: str) -> list[str]:
    """A command that has the program compact its conversation first, and then goes on as `argv` says.

    The words are its whole standard input that time, and what it prints goes into `compact.log` of the directory that
    the agent has in the attempt `directory`. Where it fails, the conversation goes on as it is.
    """
    return ["bash", "-c", _SCRIPT, "compact", words, os.path.join(directory, layout.AGENT_DIR, LOG), *argv]


LOG = "compact.log"
_SCRIPT = """words=$1 log=$2
shift 2
printf '%s\\n' "$words" | "$@" >"$log" 2>&1
exec "$@"
"""
