"""Reads the hook payloads of Codex, which have the form of Claude Code's, and the argument of its `notify` program."""

from workcell.agents import hooks
from workcell.agents.events import Event, Foreign, Memory, Where, event, text


def read(payload: Foreign, memory: Memory, where: Where) -> list[Event]:
    """The events of a hook payload or of a `notify` argument."""
    if payload.get("type") != "agent-turn-complete":
        return hooks.read(payload, memory, where)
    thread, turn = text(payload.get("thread-id")), text(payload.get("turn-id"))
    if memory.get("session") and thread != memory["session"]:
        return []  # Codex runs a hidden turn that invents a title, and reports its end, too
    words = payload.get("last-assistant-message") or ""
    key = f"notify:{turn}" if turn else None
    return [event("turn.completed", where, key, words, turn=turn, ok=True)]
