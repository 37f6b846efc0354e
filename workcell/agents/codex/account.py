"""Names the account that a run of Codex spends from."""

from workcell.agents.account import Account, Login

ACCOUNT = Account(
    variables=("OPENAI_API_KEY", "CODEX_API_KEY", "OPENAI_BASE_URL"),
    login=Login("CODEX_HOME", ".codex", "auth.json"),
    sign_in="run codex login",
)
