"""Codex, as one `Agent`."""

from workcell.agents.codex import hooks, records, rollout, sessions, sign_in, terminal, tools
from workcell.agents.protocol import Agent, Exits

EXITS = Exits(noise=("WARNING: proceeding", "Reading additional input"), trying=("Reconnecting...",))

AGENT = Agent(
    name="codex",
    title="Codex",
    terminal=terminal,
    records=records,
    hooks=hooks,
    sign_in=sign_in,
    sessions=sessions,
    exits=EXITS,
    skills=".agents",
    tools=tools.NAMES,
    may_bound_turn=rollout.may_bound_turn,
)
