"""What the value of a key has to be, in words: its type, its range, and how a file writes it."""

import inspect
import json
import re
from collections.abc import Sequence
from typing import Any

from workcell.base import sizes
from workcell.texts import fields
from workcell.texts.fields import Check, Field

KINDS = {
    "text": "text",
    "line": "one line",
    "flag": "`true` or `false`",
    "duration": "duration",
    "scalar": "text",
    "check_whole": "whole number",
    "check_number": "number",
    "check_size": "amount of memory",
    "_address": "URL",
    "terminal_command": "name of a preset, or command line",
    "environment": "list of names, or `NAME: value` lines",
    "_parameters": "`NAME: value` lines",
    "ports": "list of names, or `NAME: how many` lines",
    "grant": "operation",
    "worktree": "`true` or a branch",
    "_worktree": "`true` or a branch",
    "_recipe": "name of a recipe, or its keys",
    "_brief": "path, or an entry",
    "_entry": "path, or an entry",
    "_command": "command line, or list of words",
    "arguments": "list of words",
    "declared": "`NAME: {default, help, required}` lines",
    "directory": "path below the top",
    "_model": "list of words",
    "check_script": "text, or `false`",
    "_in_tree": "path in the tree",
    "command_pattern": "patterns of a command",
    "path_pattern": "patterns of paths",
    "seed_files": "`name: content` lines",
}
"""By the name of the function that checks it."""

_PLAIN = re.compile(r"[A-Za-z_/.][\w./@%+=-]*", re.ASCII)
_SIZE = re.compile(r"\d+[KMGT]", re.ASCII)
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_MOST = 1 << 53
"""The maximum of a whole number that has none."""


def kind(check: Check) -> str:
    """The type of a value in Markdown, from the function that checks it."""
    name, bound = check.__name__, inspect.getclosurevars(check).nonlocals
    if name == "check_one_of":
        return " or ".join(f"`{word}`" for word in bound["words"])
    if name == "check_list":
        return f"list of {kind(bound['item']).replace('one line', 'lines')}"
    if name == "check_map":
        return f"`name: value` lines, each {kind(bound['item'])}"
    if name == "check_group":
        return "`key: value` lines: " + ", ".join(f"`{key.name}`" for key in bound["table"])
    return KINDS.get(name) or (check.__doc__ or "").split("\n")[0].split(":")[0].rstrip(".")


def bounds(check: Check) -> str | None:
    """The range of a value; None where every value of the type is taken."""
    name, bound = check.__name__, inspect.getclosurevars(check).nonlocals
    if name == "duration":
        return "more than 0"
    if name == "check_whole":
        if bound["maximum"] < _MOST:
            return f"{bound['minimum']} to {bound['maximum']}"
        return f"at least {bound['minimum']}"
    if name == "check_number":
        return f"at least {bound['minimum']:g}"
    if name == "check_size":
        return f"at least {sizes.words(bound['minimum'])}"
    return None


def table(check: Check) -> Sequence[Field]:
    """The keys of a value that is a group of keys; empty for any other."""
    if check.__name__ != "check_group":
        return ()
    found: Sequence[Field] = inspect.getclosurevars(check).nonlocals["table"]
    return found


def written(check: Check, value: Any) -> Any:
    """A checked value as a file gives it: seconds of a duration as `1h30m`. Other values are as they were."""
    if check is fields.duration and isinstance(value, float):
        return fields.duration_text(value)
    return value


def flow(value: Any) -> str:
    """A plain value on one line of YAML: `claude`, `[a, b]`, `{model: opus}`."""
    if isinstance(value, list):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, str) and not _is_plain(value):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _is_plain(text: str) -> bool:
    """Whether YAML reads the text, without quotes, as the same text."""
    if fields.parse_duration(text) is not None or _SIZE.fullmatch(text):
        return True
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS_OF_YAML and not text.startswith(".")
