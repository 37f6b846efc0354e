"""Gives events what they share with those around them: session, turn, and the call that led to each."""

from __future__ import annotations

from collections.abc import Iterable

from workcell.agents.events import Event, Memory, digest

_OPEN = "open_turn"
"""The key of a memory under which the name of the open turn stands."""
_BEGUN = "turn_begun"
"""The key under which it stands that something was said or done in that turn."""
_OF_A_CALL = ("tool.result", "approval.requested", "approval.resolved")
"""Events that belong to the tool call that they name."""


def place(events: list[Event], memory: Memory) -> list[Event]:
    """The events, which come in the order of the records; `memory` is that of their reader.

    A turn that the records do not name has a name made of the event that begins it. Every event from there to the end
    of the turn has that name, unless the records give it another one.
    """
    session = memory.get("session")
    for one in events:
        one["session"] = session if isinstance(session, str) else None
        call = one["data"].get("call")
        if call and one["type"] in _OF_A_CALL and one["parent"] is None:
            one["parent"] = f"{one['agent']}:call:{call}"
        _in_turn(one, memory)
    return events


def _in_turn(event: Event, memory: Memory) -> None:
    kind = event["type"]
    if kind in ("session.started", "session.exited"):
        memory.pop(_OPEN, None)
    elif kind == "turn.started" and (event["turn"] or _BEGUN in memory or _OPEN not in memory):
        # the start of a program and its first prompt are one turn
        memory[_OPEN] = event["turn"] or digest(event["id"])
        memory.pop(_BEGUN, None)
    elif kind in ("assistant.message", "tool.call"):
        memory[_BEGUN] = True
    event["turn"] = event["turn"] or open_turn(memory)
    if kind == "turn.completed":
        memory.pop(_OPEN, None)


def open_turn(*memories: Memory | None) -> str | None:
    """The name of the turn that is open by the first of these memories that has one."""
    for memory in memories:
        found = memory.get(_OPEN) if memory else None
        if isinstance(found, str):
            return found
    return None


def adopt(events: Iterable[Event], turn: str | None) -> None:
    """Give those of the events that have no turn this one."""
    for one in events:
        one["turn"] = one["turn"] or turn
