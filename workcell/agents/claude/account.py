"""Names the account that a run of Claude Code spends from."""

from workcell.agents.account import Account, Login

ACCOUNT = Account(
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
    sign_in="run claude and type /login",
)
