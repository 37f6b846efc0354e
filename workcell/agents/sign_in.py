"""What can be known of an agent program before a launch: its version, its sign-in, and what it would ask first."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workcell.base.errors import WorkcellError
from workcell.system import find_program, run_program

OK, WARN, FAIL = "ok", "warn", "fail"

TIMEOUT = 15.0
"""Seconds for `--version`: both programs unpack themselves at their first start."""


@dataclass(frozen=True)
class Line:
    """One finding: `level` ok, warn or fail; `cure` is what to do, and absent where nothing is wrong."""

    level: str
    subject: str
    words: str
    cure: str | None = None


def check(recipe: Mapping[str, Any], env: Mapping[str, str], workspace: str | None = None) -> list[Line]:
    """The findings on one recipe's program, as it would be started with `env`; nothing is changed or sent anywhere.

    `recipe` is its values as `texts.recipe.resolve` gives them. `workspace` is the tree that a run would be in.
    """
    command = recipe.get("command") or []
    reader, name = str(recipe.get("reader") or "none"), str(recipe.get("name") or "recipe")
    if not command:
        return []
    path = find_program.find(str(command[0]), env.get("PATH"), [find_program.here(), workspace])
    if path is None:
        return [Line(WARN, name, f"{command[0]!r} is not on PATH", f"install {command[0]}, or use another recipe")]
    lines = [_version(name, path, str(recipe.get("versions") or ""), env)]
    given = {**{key: value for key, value in (recipe.get("env") or {}).items() if value is not None}, **env}
    if reader == "claude":
        lines += _claude(name, command, given, recipe.get("io") == "terminal")
    if reader == "codex":
        lines += _codex(name, given)
    return lines


def _version(name: str, path: str, wanted: str, env: Mapping[str, str]) -> Line:
    try:
        ran = run_program.run([path, "--version"], timeout=TIMEOUT, env=dict(env))
    except WorkcellError as error:
        return Line(FAIL, name, error.message, error.hint)
    found = re.search(r"\d+(\.\d+)+", ran.text())
    if not ran.ok or not found:
        return Line(WARN, name, f"{path} --version: {ran.complaint()}", f"start {path} by hand")
    if wanted and not within(found[0], wanted):
        cure = "it may well work; its records and screens are known for the versions named"
        return Line(WARN, name, f"{path} is {found[0]}, known to work are {wanted}", cure)
    return Line(OK, name, f"{path} is {found[0]}")


def within(version: str, wanted: str) -> bool:
    """Whether `version` fits every word of `wanted`, e.g. '>=2.1 <3'. Words are >=, >, <=, <, == and a version."""
    mine = _numbers(version)
    for word in wanted.split():
        found = re.fullmatch(r"(>=|<=|==|>|<)(\d+(?:\.\d+)*)", word)
        if not found:
            return False
        other = _numbers(found[2])
        width = max(len(mine), len(other))
        a, b = (one + (0,) * (width - len(one)) for one in (mine, other))
        if not {">=": a >= b, "<=": a <= b, "==": a == b, ">": a > b, "<": a < b}[found[1]]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _claude(name: str, command: list[str], env: Mapping[str, str], terminal: bool) -> list[Line]:
    folder = env.get("CLAUDE_CONFIG_DIR") or os.path.join(env.get("HOME", ""), ".claude")
    file = os.path.join(
        env["CLAUDE_CONFIG_DIR"] if env.get("CLAUDE_CONFIG_DIR") else env.get("HOME", ""), ".claude.json"
    )
    settings = _json(file)
    by_key = next(
        (key for key in ("CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY") if env.get(key)), None
    )
    lines = []
    if by_key:
        lines.append(Line(OK, name, f"signs in with {by_key}"))
    elif any(env.get(key) for key in ("CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX")):
        lines.append(Line(OK, name, "signs in through a cloud provider"))
    elif settings.get("oauthAccount") or os.path.exists(os.path.join(folder, ".credentials.json")):
        lines.append(Line(OK, name, f"is signed in ({folder})"))
    else:
        lines.append(Line(FAIL, name, "is not signed in, and no key is set", "run claude and type /login"))
    if os.geteuid() == 0 and "--dangerously-skip-permissions" in command and not env.get("IS_SANDBOX"):
        cure = "use another user, or, inside a sandbox only, export IS_SANDBOX=1"
        lines.append(Line(FAIL, name, "refuses to skip permissions as root", cure))
    if terminal:
        if not settings.get("hasCompletedOnboarding"):
            cure = "run claude once in a terminal and answer its first questions"
            lines.append(
                Line(WARN, name, "has never been started in a terminal: it would ask for theme and sign-in", cure)
            )
        key = env.get("ANTHROPIC_API_KEY")
        approved = (settings.get("customApiKeyResponses") or {}).get("approved") or []
        if key and not env.get("ANTHROPIC_AUTH_TOKEN") and key[-20:] not in approved:
            cure = "run claude once in a terminal with that key and accept it"
            lines.append(Line(WARN, name, "would ask whether to use ANTHROPIC_API_KEY", cure))
    return lines


def _codex(name: str, env: Mapping[str, str]) -> list[Line]:
    folder = env.get("CODEX_HOME") or os.path.join(env.get("HOME", ""), ".codex")
    if env.get("CODEX_API_KEY"):
        return [Line(OK, name, "signs in with CODEX_API_KEY")]
    if os.path.exists(os.path.join(folder, "auth.json")):
        return [Line(OK, name, f"is signed in ({folder})")]
    config = os.path.join(folder, "config.toml")
    try:
        with open(config, encoding="utf-8") as file:
            if re.search(r"^\s*model_provider\s*=", file.read(), re.MULTILINE):
                return [Line(OK, name, f"uses the model provider of {config}")]
    except (OSError, UnicodeDecodeError):
        pass
    return [Line(FAIL, name, "is not signed in", "run codex login")]


def _json(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
