"""Checks an agent program before a launch: its version, its sign-in, and questions that it would ask first."""

import re
from collections.abc import Mapping
from typing import Any

from workcell.agents import registry
from workcell.agents.protocol import FAIL, OK, WARN, Finding, Start
from workcell.base.errors import NotFound, WorkcellError
from workcell.system import find_program, run_program

TIMEOUT = 15.0
"""Seconds for `--version`: both programs unpack themselves at their first start."""


def check(recipe: Mapping[str, Any], env: Mapping[str, str], workspace: str | None = None) -> list[Finding]:
    """The findings on one recipe's program, as it would be started with `env`; nothing is changed or sent anywhere.

    `recipe` is its values as `texts.recipe.resolve` gives them. `workspace` is the tree that a run would be in.
    """
    command = recipe.get("command") or []
    reader, name = str(recipe.get("reader") or "none"), str(recipe.get("name") or "recipe")
    if not command:
        return []
    path = find_program.find(str(command[0]), env.get("PATH"), [find_program.here(), workspace])
    if path is None:
        return [Finding(WARN, name, f"{command[0]!r} is not on PATH", f"install {command[0]}, or use another recipe")]
    lines = [_version(name, path, str(recipe.get("versions") or ""), env)]
    own: Mapping[str, str | None] = recipe.get("env") or {}
    fixed = {key: value for key, value in own.items() if value is not None}
    return lines + _signed_in(reader, Start(name, command, {**fixed, **env}, recipe.get("io") == "terminal"))


def _signed_in(reader: str, start: Start) -> list[Finding]:
    try:
        agent = registry.load(reader)
    except NotFound:
        return []
    except WorkcellError as error:
        return [Finding(FAIL, start.recipe, error.message, error.hint)]
    return agent.sign_in.check(start) if agent.sign_in else []


def _version(name: str, path: str, wanted: str, env: Mapping[str, str]) -> Finding:
    try:
        ran = run_program.run([path, "--version"], timeout=TIMEOUT, env=dict(env))
    except WorkcellError as error:
        return Finding(FAIL, name, error.message, error.hint)
    found = re.search(r"\d+(\.\d+)+", ran.text())
    if not ran.ok or not found:
        return Finding(WARN, name, f"{path} --version: {ran.complaint()}", f"start {path} by hand")
    if wanted and not within(found[0], wanted):
        cure = "it may well work; its records and screens are known for the versions named"
        return Finding(WARN, name, f"{path} is {found[0]}, known to work are {wanted}", cure)
    return Finding(OK, name, f"{path} is {found[0]}")


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
