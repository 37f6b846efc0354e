"""Claude Code, as one `Agent`."""

from workcell.agents.claude import hooks, records, sign_in, terminal
from workcell.agents.protocol import Account, Agent, Login

AGENT = Agent(
    name="claude",
    title="Claude Code",
    aliases=("claude-code",),
    terminal=terminal,
    records=records,
    hooks=hooks,
    sign_in=sign_in,
    account=Account(
        variables=(
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "ANTHROPIC_BASE_URL",
            "AWS_PROFILE",
            "CLAUDE_CODE_USE_BEDROCK",
            "CLAUDE_CODE_USE_VERTEX",
        ),
        login=Login("CLAUDE_CONFIG_DIR", ".claude", ".credentials.json"),
    ),
    skills=".claude",
    given_session=True,
)
