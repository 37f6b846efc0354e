"""Readers of what agents write, by the name of the agent."""

from workcell.agents import claude, codex
from workcell.agents.protocol import Reader

READERS: dict[str, Reader] = {"claude": claude, "codex": codex}


def reader_for(name: str) -> Reader | None:
    """The reader for a recipe's transcript kind; None for a program whose records nobody knows."""
    return READERS.get(name)
