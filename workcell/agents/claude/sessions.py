"""Where Claude Code keeps its sessions: projects/<cwd with dashes>/<session>.jsonl; and which one a process has open.

Seen of 2.1.328: each process keeps sessions/<pid>.json with `sessionId` and `procStart`, the start of the process in
ticks. A process that was killed leaves it behind. The transcript itself is open only while a line is written. Records
of a session that `claude --bg` began have `sessionKind: bg`. Its daemon, and processes that wait for a session, are
named claude.exe and have none.
"""

import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from workcell.agents import session_files
from workcell.agents.events import Foreign, items, mapping, short, text
from workcell.agents.session_files import About, Process, SessionFile
from workcell.base import json_codec
from workcell.rundir import safe_open

if TYPE_CHECKING:
    from workcell.rundir.schema import SessionVia

PROGRAMS: tuple[str, ...] = ("claude", "claude.exe")

_MOST = 1 << 16
"""Maximum bytes of a file of a process."""

_VIA: "dict[str, SessionVia]" = {
    "cli": "terminal",
    "sdk-cli": "headless",
    "sdk-py": "sdk",
    "sdk-ts": "sdk",
    "mcp": "sdk",
    "claude-vscode": "editor",
    "claude-desktop": "desktop",
    "claude-desktop-3p": "desktop",
    "local-agent": "desktop",
}
"""Values of `entrypoint`."""

_DESKTOP = tuple(
    os.path.join(place, "Claude", "local-agent-mode-sessions", "*", "*", "*", ".claude", "projects")
    for place in (".config", os.path.join("Library", "Application Support"))
)
"""Where the desktop program keeps sessions of its own, below the home directory. Not proved: by what others write."""

_HELPERS = ("daemon", "--bg-pty-host", "--bg-spare")
"""Words of processes that have no session."""


def files(env: Mapping[str, str]) -> Iterator[SessionFile]:
    """All sessions; those of sub-agents lie deeper, or are named agent-*, and belong to one of these."""
    for home in session_files.home_of(env, "CLAUDE_CONFIG_DIR", ".claude"):
        yield from session_files.below("claude", os.path.join(home, "projects"), 1, _session)
    for folder in _DESKTOP:
        for projects in glob.glob(os.path.join(glob.escape(env.get("HOME") or "/nonexistent"), folder)):
            yield from session_files.below("claude", projects, 1, _session)


def _session(name: str) -> str | None:
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending == "jsonl" and stem and not stem.startswith("agent-") else None


def about(record: Foreign, about: About) -> None:
    """Add what one record tells."""
    kind = record.get("type")
    if kind in ("ai-title", "custom-title", "summary"):
        _title(record, about, kind == "custom-title")
        return
    about.started_at = about.started_at or text(record.get("timestamp"))
    directory = text(record.get("cwd"))
    if directory is None:
        return
    about.directory = about.directory or directory
    about.branch = short(record.get("gitBranch"), 100) or about.branch
    about.version = short(record.get("version"), 40) or about.version
    if kind == "assistant":
        about.model = short(mapping(record.get("message")).get("model"), 80) or about.model
    if record.get("sessionKind") == "bg":
        about.via = "background"
    elif about.via == "unknown":
        about.via = _VIA.get(text(record.get("entrypoint")) or "", "unknown")


def _title(record: Foreign, about: About, named: bool) -> None:
    if about.named and not named:
        return
    words = record.get("customTitle") or record.get("aiTitle") or record.get("summary")
    about.title, about.named = session_files.title(words) or about.title, named or about.named


def left_open(lines: Iterable[bytes]) -> str | None:
    """The tool call that a hook deferred and that has no result: the program makes it when it goes on.

    Seen of 2.1.328: a record `attachment` of the type `hook_deferred_tool` names the call.
    """
    waiting: dict[str, str] = {}
    for line in lines:
        if _DEFERRED in line:
            call = mapping(_decoded(line).get("attachment"))
            if call.get("type") == _DEFERRED.decode():
                tool, given = short(call.get("toolName"), 80), mapping(call.get("toolInput"))
                words = short(given.get("command") or given.get("file_path"), 200)
                waiting[short(call.get("toolUseID"), 200)] = f"{tool}: {words}" if words else tool
        elif waiting and _RESULT in line:
            for block in items(mapping(_decoded(line).get("message")).get("content")):
                waiting.pop(short(mapping(block).get("tool_use_id"), 200), None)
    return next(iter(waiting.values()), None)


def _decoded(line: bytes) -> Foreign:
    try:
        return mapping(json_codec.decode(line))
    except ValueError:
        return {}


_DEFERRED, _RESULT = b"hook_deferred_tool", b"tool_use_id"


def session_of(process: Process) -> str | None:
    """The session that the process itself says it has open, else the one that it was told at its start."""
    for home in session_files.home_of(process.environment, "CLAUDE_CONFIG_DIR", ".claude"):
        path = os.path.join(home, "sessions", f"{process.pid}.json")
        try:
            said = json_codec.decode(safe_open.read(path, _MOST) or b"")
        except (OSError, ValueError):
            continue
        begun = text(said.get("procStart"))
        if process.started is None or begun is None or begun == f"{process.started:.0f}":
            return text(said.get("sessionId"))
    if any(word in _HELPERS for word in process.arguments[1:3]):
        return session_files.NONE
    return session_files.given(process.arguments, ("--session-id", "--resume", "-r"))
