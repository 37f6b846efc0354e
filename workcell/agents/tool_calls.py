"""Reads the input of a tool call: which files it touches, and the whole of it as lines for a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workcell.agents.describe import PATCHED, describe
from workcell.agents.events import Foreign, Where, items, mapping, short, text

if TYPE_CHECKING:
    from workcell.rundir.schema import FileTouch, TouchedFile

MOST_FILES = 20
"""Maximum number of files of one call that are named."""
MOST_PATH = 400

_SHELL = re.compile(r"""\A(?:\S*/)?(?:ba|z|da)?sh\s+-l?c\s+(?P<words>.*)\Z""", re.DOTALL)
_BY_PATCH: dict[str, FileTouch] = {"Add": "wrote", "Update": "edited", "Delete": "deleted"}
_BY_KIND: dict[str, FileTouch] = {"add": "wrote", "update": "edited", "delete": "deleted"}


def words(where: Where, tool: str | None, given: Foreign) -> str:
    """A tool call as the text of its event: one line, and below it the whole input where texts are read whole."""
    line = describe(tool, given)
    if not where.whole:
        return line
    rest = _rest(given)
    return f"{line}\n{rest}" if rest else line


def _rest(given: Foreign) -> str:
    """What the line on a call leaves out of its input; empty when it says all."""
    for name in ("command", "cmd"):
        command = given.get(name)
        if isinstance(command, str):
            return command if "\n" in command.strip() or len(command) > 300 else ""
    if isinstance(given.get("content"), str):
        return _marked("+", given["content"])
    if isinstance(given.get("old_string"), str):
        return "\n".join((_marked("-", given["old_string"]), _marked("+", text(given.get("new_string")) or "")))
    lines = [f"{name}: {value if isinstance(value, str) else short(value)}" for name, value in list(given.items())[:20]]
    return "\n".join(lines) if len(lines) > 1 else ""


def _marked(mark: str, words: str) -> str:
    return "\n".join(f"{mark} {line}" for line in words.splitlines())


def files(tool: str | None, given: Foreign) -> list[TouchedFile] | None:
    """The files that a call reads or changes by its input; None when it names none in a form that is known."""
    path = given.get("file_path", given.get("notebook_path"))
    if isinstance(path, str) and path:
        return [_one(tool, path, given)]
    patch = given.get("patch", given.get("input", given.get("command", given.get("cmd"))))
    if isinstance(patch, str) and "*** Begin Patch" in patch:
        return _of_patch(patch) or None
    changes = [mapping(one) for one in items(given.get("changes"))[:MOST_FILES]]
    return [
        _touched(one["path"], _BY_KIND.get(_kind(one.get("kind")), "edited"))
        for one in changes
        if isinstance(one.get("path"), str)
    ] or None


def _kind(value: Any) -> str:
    """`add`, `update` or `delete`, which stands alone or under `type`."""
    return short(mapping(value).get("type") if isinstance(value, dict) else value, 20)


def _one(tool: str | None, path: str, given: Foreign) -> TouchedFile:
    """The file of a call whose input is one path and what is done there."""
    old, new, content = given.get("old_string"), given.get("new_string"), given.get("content")
    if isinstance(old, str) and isinstance(new, str):
        added, removed = _changed(old.splitlines(), new.splitlines())
        return _touched(path, "edited", added, removed)
    if isinstance(content, str):
        return _touched(path, "wrote", len(content.splitlines()))
    return _touched(path, "read" if tool == "Read" else "edited")


def _changed(old: list[str], new: list[str]) -> tuple[int, int]:
    """(lines added, lines removed): what is the same at both ends does not count."""
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return len(new) - same, len(old) - same


def _of_patch(patch: str) -> list[TouchedFile]:
    """The files of a patch in the form of Codex, with the lines that it adds and removes."""
    found: list[TouchedFile] = []
    for line in patch.splitlines():
        header = PATCHED.match(line)
        if header:
            if len(found) == MOST_FILES:
                break
            deleted = header[1] == "Delete"
            found.append(_touched(header[2].strip(), _BY_PATCH[header[1]], None if deleted else 0, None))
            if header[1] == "Update":
                found[-1]["removed"] = 0
        elif found and line[:1] == "+" and found[-1]["added"] is not None:
            found[-1]["added"] += 1
        elif found and line[:1] == "-" and found[-1]["removed"] is not None:
            found[-1]["removed"] += 1
    return found


def _touched(path: str, how: FileTouch, added: int | None = None, removed: int | None = None) -> TouchedFile:
    return {"path": short(path, MOST_PATH), "how": how, "added": added, "removed": removed}


def command_of(line: str) -> str:
    """The command that a shell was given by `bash -lc '…'`; any other line as it is."""
    found = _SHELL.match(line.strip())
    if not found:
        return line
    inner = found["words"].strip()
    mark = inner[:1]
    if mark not in ("'", '"') or len(inner) < 2:
        return inner
    inner = inner[1:-1] if inner.endswith(mark) else inner[1:]
    if mark == "'":
        return inner.replace("'\\''", "'")
    return re.sub(r'\\(["\\$`])', r"\1", inner)
