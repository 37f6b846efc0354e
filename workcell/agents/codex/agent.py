"""Codex, as one `Agent`."""

from workcell.agents.codex import hooks, records, sign_in, terminal
from workcell.agents.protocol import Account, Agent, Exits, Login

EXITS = Exits(noise=("WARNING: proceeding", "Reading additional input"), trying=("Reconnecting...",))

AGENT = Agent(
    name="codex",
    title="Codex",
    terminal=terminal,
    records=records,
    hooks=hooks,
    sign_in=sign_in,
    account=Account(
        variables=("OPENAI_API_KEY", "CODEX_API_KEY", "OPENAI_BASE_URL"),
        login=Login("CODEX_HOME", ".codex", "auth.json"),
    ),
    exits=EXITS,
    skills=".agents",
)
