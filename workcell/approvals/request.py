"""Makes a request of what a hook says about a tool call."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from workcell.approvals import decide

if TYPE_CHECKING:
    from workcell.rundir.schema.literals import Foreign

_PATCH = "apply_patch"
_PATCHED = re.compile(r"^\*\*\* (Add|Update|Delete|Move) (?:File|to): (.+)$", re.MULTILINE)
_OF_COMMANDS = frozenset(
    (
        *("command", "cmd", "description", "timeout", "timeout_ms", "run_in_background", "workdir", "cwd"),
        *("yield_time_ms", "max_output_tokens", "max_output_length"),
    )
)
"""What a shell's tool is given beside the command, and changes nothing of what runs. With any other key, of which it is
not known what it does, a call is never allowed: one of Claude Code's leaves its sandbox."""
_PATHS = ("file_path", "notebook_path", "path")
_EDITS = frozenset(("Edit", "Write", "MultiEdit", "NotebookEdit", _PATCH))
_OF_FILES = _EDITS | {"Read", "Glob", "Grep", "LS", "NotebookRead"}
"""Tools of which it is known that they touch the files of their paths and no others."""
MOST_PATHS = 400


def of_call(tool: object, given: object, cwd: str, tree: str) -> decide.Request:
    """The request of a tool call. `cwd` is where the agent works, `tree` the working tree of its run."""
    name = tool if isinstance(tool, str) and tool else "unknown"
    real_tree = decide.real(tree, "/")[1]
    if not isinstance(given, dict):
        return decide.Request(name, tree=real_tree, unread="what the tool is given cannot be read")
    if name == _PATCH:
        return _of_patch(name, given, cwd, real_tree)
    for key in ("command", "cmd"):
        if key in given:
            return _of_command(name, given, given[key], real_tree)
    named = [given[key] for key in _PATHS if given.get(key) is not None]
    if not named and (name in _EDITS or name == "Read"):
        return decide.Request(name, tree=real_tree, unread="it names no file")
    return _of_files(name, named, cwd, real_tree)


def _of_command(name: str, given: Foreign, said: object, tree: str) -> decide.Request:
    if isinstance(said, list) and all(isinstance(word, str) for word in said):
        said = shlex.join(said)
    others = sorted(str(key) for key in given if key not in _OF_COMMANDS)
    if not isinstance(said, str):
        return decide.Request(name, "", tree=tree, unread="its command is no text")
    return decide.Request(name, said, tree=tree, unread=f"it has {others[0]!r}" if others else None)


def _of_patch(name: str, given: Foreign, cwd: str, tree: str) -> decide.Request:
    said = given.get("command", given.get("input", given.get("patch")))
    found = _PATCHED.findall(said) if isinstance(said, str) else []
    if not found:
        return decide.Request(name, tree=tree, unread="its patch names no file")
    made = _of_files(name, [path.strip() for _, path in found], cwd, tree)
    deletes = any(how in ("Delete", "Move") for how, _ in found)
    return decide.Request(name, paths=made.paths, tree=tree, deletes=deletes, unread=made.unread)


def _of_files(name: str, named: list[object], cwd: str, tree: str) -> decide.Request:
    paths: list[tuple[str, str]] = []
    for path in named[:MOST_PATHS]:
        try:
            paths.append(decide.real(str(path), cwd))
        except (OSError, ValueError):
            return decide.Request(name, tree=tree, unread="it names a file that cannot be")
    unread = "it names too many files" if len(named) > MOST_PATHS else None
    if any(not isinstance(path, str) or not path or path.startswith("~") for path in named):
        unread = "it names a file in a way that is not known"
    return decide.Request(name, paths=tuple(paths), tree=tree, known=name in _OF_FILES, unread=unread)


def words(tool: object, given: object) -> str:
    """What a person is shown of a tool call: the exact command, or the tool and its files, or its input."""
    name = tool if isinstance(tool, str) and tool else "unknown"
    if not isinstance(given, dict):
        return name
    if name == _PATCH:
        said = given.get("command", given.get("input", given.get("patch")))
        files = [path.strip() for _, path in _PATCHED.findall(said)] if isinstance(said, str) else []
        return f"{name}: {', '.join(files)}"
    said = given.get("command", given.get("cmd"))
    if isinstance(said, list):
        said = shlex.join(str(word) for word in said)
    if isinstance(said, str):
        return said if name in ("Bash", "shell", "exec_command") else f"{name}: {said}"
    named = [str(given[key]) for key in (*_PATHS, "url", "query", "pattern") if given.get(key) is not None]
    return f"{name}: {', '.join(named)}" if named else name
