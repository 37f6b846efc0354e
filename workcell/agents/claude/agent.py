"""Claude Code, as one `Agent`."""

from workcell.agents.claude import hooks, messages, records, sessions, sign_in, terminal, tools
from workcell.agents.protocol import Agent

AGENT = Agent(
    name="claude",
    title="Claude Code",
    aliases=("claude-code",),
    terminal=terminal,
    records=records,
    hooks=hooks,
    sign_in=sign_in,
    sessions=sessions,
    skills=".claude",
    tools=tools.NAMES,
    given_session=True,
    may_bound_turn=messages.may_bound_turn,
    begun_by=("user",),  # 2.1.328 refuses a transcript that holds only its first records, queue-operation
)
