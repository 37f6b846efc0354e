"""Looks whether Codex can work before it is started: its key, its sign-in, or another model provider."""

import os
import re

from workcell.agents.protocol import FAIL, OK, Finding, Start


def check(start: Start) -> list[Finding]:
    """One finding on the sign-in."""
    env, name = start.env, start.recipe
    folder = env.get("CODEX_HOME") or os.path.join(env.get("HOME", ""), ".codex")
    if env.get("CODEX_API_KEY"):
        return [Finding(OK, name, "signs in with CODEX_API_KEY")]
    if os.path.exists(os.path.join(folder, "auth.json")):
        return [Finding(OK, name, f"is signed in ({folder})")]
    config = os.path.join(folder, "config.toml")
    if _names_provider(config):
        return [Finding(OK, name, f"uses the model provider of {config}")]
    return [Finding(FAIL, name, "is not signed in", "run codex login")]


def _names_provider(config: str) -> bool:
    try:
        with open(config, encoding="utf-8") as file:
            return re.search(r"^\s*model_provider\s*=", file.read(), re.MULTILINE) is not None
    except (OSError, UnicodeDecodeError):
        return False
