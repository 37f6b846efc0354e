"""Which conversation of the agent program the next attempt of a run continues."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from workcell.agents import registry
from workcell.base import json_codec
from workcell.rundir import env as environment
from workcell.rundir import look, safe_open, start_place

if TYPE_CHECKING:
    from workcell.agents.protocol import Agent
    from workcell.rundir import schema

_LONGEST_LINE = 64 << 20
"""Bytes of the transcript's first lines that are read in search of what the program needs."""


def to_continue(
    run: str, home: str, recipe: str | None, values: schema.RecipeValues, seen: look.Look
) -> tuple[str | None, str | None]:
    """(the id of the conversation to continue, None), or (None, why the attempt starts from the run's files instead).

    `recipe` is the one that was asked for, None for that of the last attempt; `values` are those of the next attempt.
    """
    assert seen.attempt is not None
    name = seen.attempt["recipe"]["name"]
    if recipe is not None and recipe != name:
        return None, f"another agent cannot continue what {name} said"
    if not values.get("resume"):
        return None, f"recipe {name!r} has no 'resume'"
    from workcell.evidence import capture_state

    sources = capture_state.sources(capture_state.stored(seen.directory))
    told = [known["id"] for _, one in sources if (known := one["session"])["events"] and known.get("id")]
    session = str(told[-1] if told else seen.attempt["agent_session"])
    agent = registry.find(str(seen.attempt.get("reader")), home)
    if agent is None or agent.records is None:
        return session, None
    places = agent.transcripts(environment.known(run), start_place.path(seen.attempt), session)
    found = [path for place in places for path in glob.glob(place)]
    if not found:
        return None, f"the conversation {session} is not where {agent.title} keeps it"
    if not any(has_begun(agent, path) for path in found):
        return None, f"the conversation {session} was ended before {agent.title} had written down what was asked"
    return session, None


def has_begun(agent: Agent, path: str) -> bool:
    """Whether the transcript holds a record of a kind without which the program refuses to continue it."""
    fd = safe_open.reader(path)
    if fd is None:
        return False
    with os.fdopen(fd, "rb") as file:
        while line := file.readline(_LONGEST_LINE):
            try:
                record = json_codec.decode(line)
            except ValueError:
                continue
            if not agent.begun_by or record.get("type") in agent.begun_by:
                return True
    return False
