"""An unknown program as an `Agent`: its records cannot be read, its screen is read with the common marks."""

from workcell.agents.codex.agent import EXITS
from workcell.agents.generic import terminal
from workcell.agents.protocol import Agent

# a command of one's own may well start Codex, whose first lines on standard error are no failure
AGENT = Agent(name="generic", title="a program", terminal=terminal, exits=EXITS)
