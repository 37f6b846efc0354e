"""config lint: the files of rules, with every fault of them, and every tool and recipe in them that is not known.

A newer version of a program may have a tool that is not known here, so such a name is no fault of the file: its rules
hold. One that is spelt almost like a known tool is told as a fault to the person who asks. The same goes for recipes: a
rule that is for some repositories alone may mean a recipe that only these have.
"""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field

from workcell.agents import registry
from workcell.approvals import match, rules
from workcell.base import spelling
from workcell.base.errors import WorkcellError
from workcell.texts import search_path
from workcell.texts.document import Fault, Faulty

NEAR = 0.75
"""Minimum likeness of a misspelt name, from 0 to 1."""
OF_SERVERS = "mcp__"
"""How the names of tools begin that a server of MCP brings."""


@dataclass(frozen=True)
class Checked:
    """A file of rules that was read."""

    file: str
    rules: int
    """Number of its rules, each command, path and tool counted singly; 0 where it has faults."""


@dataclass
class Linted:
    files: list[Checked] = field(default_factory=list)
    """Those that exist: of the home, then of the repository."""
    faults: list[Fault] = field(default_factory=list)
    unknown: list[Fault] = field(default_factory=list)
    """Tools and recipes that are not known, and like none that is."""


def lint(home: str, top: str | None) -> Linted:
    """What is wrong with the rules of a home, and of the repository with that top."""
    found = Linted()
    for path in (rules.home_file(home), *([rules.repository_file(top)] if top is not None else [])):
        if not os.path.lexists(path):
            continue
        written: list[rules.Written] = []
        try:
            written = (rules.of_home(home) if path == rules.home_file(home) else rules.of_repository(top or "")).rules
        except Faulty as error:
            found.faults += error.faults
        except WorkcellError as error:
            found.faults.append(Fault(path, None, error.message, error.hint))
        found.files.append(Checked(path, len(written)))
        _check_tools(written, path, _known(home), found)
        strange = unknown_recipes(written, path, recipes(home, top))
        found.faults += strange.faults
        found.unknown += strange.unknown
    return found


def recipes(home: str, top: str | None) -> list[str]:
    """The names of the recipes that there are, for a run in the repository with that top."""
    return search_path.names(search_path.items("recipes", top, home))


def unknown_recipes(written: list[rules.Written], path: str, known: list[str]) -> Linted:
    """The names of recipes in rules that no recipe has, each once."""
    found, seen = Linted(), set(known)
    for one in written:
        for name in one.recipes:
            if name in seen or fnmatch.filter(known, name):
                continue
            seen.add(name)
            line = int(one.rule["where"].rpartition(":")[2])
            words = f"no recipe is named {name!r}, so the rule holds for no run"
            near = spelling.nearest(name, known, NEAR)
            if near is None or one.repos:
                found.unknown.append(Fault(path, line, words, f"there are: {', '.join(known)}"))
            else:
                cure = f"did you mean {near!r}? For one that only a repository has, name that with 'repo'"
                found.faults.append(Fault(path, line, words, cure))
    return found


def _known(home: str) -> dict[str, str]:
    """By name of each tool: the title of the programs that have it."""
    tools: dict[str, str] = {}
    for agent in registry.every(home):
        for tool in agent.tools:
            tools[tool] = f"{tools[tool]} and {agent.title}" if tool in tools else agent.title
    return tools


def _check_tools(written: list[rules.Written], path: str, known: dict[str, str], found: Linted) -> None:
    """Note each tool once that no program has, and commands that are names of tools."""
    seen: set[str] = set()
    for one in written:
        tool, command = one.rule["tool"], one.rule["command"]
        line = int(one.rule["where"].rpartition(":")[2])
        if tool is None and command is not None and command[0] in known and command[0][0].isupper():
            words = f"a rule about a command {command[0]!r}, which is a tool of {known[command[0]]}"
            found.faults.append(Fault(path, line, words, f"write: tool: {command[0]}"))
        if tool is None or tool in seen or tool in known or match.wild(tool) or tool.startswith(OF_SERVERS):
            continue
        seen.add(tool)
        near = nearest(tool, known)
        words = f"no agent program is known to have a tool {tool!r}"
        if near is not None:
            found.faults.append(Fault(path, line, words, f"did you mean {near!r} of {known[near]}?"))
        else:
            found.unknown.append(Fault(path, line, words, "its rule holds for a tool of exactly that name"))


def nearest(tool: str, known: dict[str, str]) -> str | None:
    """The known tool whose name differs in upper and lower case alone, else one that is spelt almost so."""
    lower = {name.lower(): name for name in known}
    near = tool.lower() if tool.lower() in lower else spelling.nearest(tool.lower(), lower, NEAR)
    return None if near is None else lower[near]
