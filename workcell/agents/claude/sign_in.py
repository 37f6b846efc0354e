"""Looks whether Claude Code can work before it is started: its sign-in, and what it would ask first."""

import os
from collections.abc import Mapping

from workcell.agents.events import Foreign, items, mapping
from workcell.agents.json_file import read_mapping
from workcell.agents.protocol import FAIL, OK, WARN, Finding, Start

_KEYS = ("CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY")
_CLOUDS = ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX")


def check(start: Start) -> list[Finding]:
    """The findings on sign-in, on root, and, in a terminal, on the questions of a first start."""
    top = start.env.get("CLAUDE_CONFIG_DIR") or start.env.get("HOME", "")
    settings = read_mapping(os.path.join(top, ".claude.json"))
    found = [_signed_in(start, settings)]
    if os.geteuid() == 0 and "--dangerously-skip-permissions" in start.command and not _in_sandbox(start.env):
        cure = "use another user, or, inside a sandbox only, export IS_SANDBOX=1"
        found.append(Finding(FAIL, start.recipe, "refuses to skip permissions as root", cure))
    return found + (_would_ask(start, settings) if start.terminal else [])


def _in_sandbox(env: Mapping[str, str]) -> bool:
    """Whether Claude Code believes that it is in a sandbox: it compares the first variable with exactly 1."""
    return env.get("IS_SANDBOX") == "1" or env.get("CLAUDE_CODE_BUBBLEWRAP", "").lower() in ("1", "true", "yes", "on")


def _signed_in(start: Start, settings: Foreign) -> Finding:
    env, name = start.env, start.recipe
    folder = env.get("CLAUDE_CONFIG_DIR") or os.path.join(env.get("HOME", ""), ".claude")
    key = next((key for key in _KEYS if env.get(key)), None)
    if key:
        return Finding(OK, name, f"signs in with {key}")
    if any(env.get(cloud) for cloud in _CLOUDS):
        return Finding(OK, name, "signs in through a cloud provider")
    if settings.get("oauthAccount") or os.path.exists(os.path.join(folder, ".credentials.json")):
        return Finding(OK, name, f"is signed in ({folder})")
    return Finding(FAIL, name, "is not signed in, and no key is set", "run claude and type /login")


def _would_ask(start: Start, settings: Foreign) -> list[Finding]:
    found = []
    if not settings.get("hasCompletedOnboarding"):
        words = "has never been started in a terminal: it would ask for theme and sign-in"
        cure = "run claude once in a terminal and answer its first questions"
        found.append(Finding(WARN, start.recipe, words, cure))
    key = start.env.get("ANTHROPIC_API_KEY")
    approved = items(mapping(settings.get("customApiKeyResponses")).get("approved"))
    if key and not start.env.get("ANTHROPIC_AUTH_TOKEN") and key[-20:] not in approved:
        cure = "run claude once in a terminal with that key and accept it"
        found.append(Finding(WARN, start.recipe, "would ask whether to use ANTHROPIC_API_KEY", cure))
    return found
