"""Looks whether Codex can work before it is started: its key, its sign-in, or another model provider."""

import os
import re
import tomllib
from collections.abc import Mapping

from workcell.agents.events import mapping
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
    keyed = _with_key(config, env)
    if keyed is not None:
        return [Finding(OK, name, f"has a key for the model provider {keyed} of {config}")]
    return [Finding(FAIL, name, "is not signed in", "run codex login")]


def _names_provider(config: str) -> bool:
    try:
        with open(config, encoding="utf-8") as file:
            return re.search(r"^\s*model_provider\s*=", file.read(), re.MULTILINE) is not None
    except (OSError, UnicodeDecodeError):
        return False


def _with_key(config: str, env: Mapping[str, str]) -> str | None:
    """The first model provider of the file that has its key: a command line or a profile may choose it."""
    try:
        with open(config, "rb") as file:
            providers = mapping(tomllib.load(file).get("model_providers"))
    except (OSError, ValueError):
        return None
    for name, one in providers.items():
        told = mapping(one)
        if told.get("experimental_bearer_token") or env.get(str(told.get("env_key"))):
            return str(name)
    return None
