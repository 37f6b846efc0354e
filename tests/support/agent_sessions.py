"""Sessions as Claude Code 2.1.328 and Codex 0.169.0 keep them in the home directory of a person."""

import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any

Record = dict[str, Any]
STAMP = "2026-11-20T05:{0:02d}:{1:02d}.000Z"


def stamp(second: int) -> str:
    """A time of that many seconds after five o'clock."""
    return STAMP.format(second // 60 % 60, second % 60)


class Claude:
    """The records of one session of Claude Code, one after the other."""

    def __init__(self, cwd: str = "/w/repo", entrypoint: str = "cli", name: str | None = None) -> None:
        self.id = name or str(uuid.uuid4())
        self.cwd = cwd
        self.records: list[Record] = []
        self._common = {
            "cwd": cwd,
            "sessionId": self.id,
            "version": "2.1.328",
            "gitBranch": "main",
            "entrypoint": entrypoint,
            "isSidechain": False,
        }

    def _add(self, kind: str, message: Record, **more: Any) -> "Claude":
        at = stamp(len(self.records))
        body = {"type": kind, "uuid": f"{self.id}-{len(self.records)}", "timestamp": at, "message": message}
        self.records.append({**self._common, **body, **more})
        return self

    def prompt(self, text: str) -> "Claude":
        return self._add("user", {"role": "user", "content": text}, promptId=f"p{len(self.records)}-{self.id}")

    def said(self, text: str, end: bool = True) -> "Claude":
        stop = "end_turn" if end else None
        message = {"id": f"m{len(self.records)}", "model": "claude-a", "stop_reason": stop, "role": "assistant"}
        return self._add("assistant", {**message, "content": [{"type": "text", "text": text}]})

    def call(self, command: str, call: str = "t1", tool: str = "Bash", **given: Any) -> "Claude":
        block = {"type": "tool_use", "id": call, "name": tool, "input": given or {"command": command}}
        message = {"id": f"m{len(self.records)}", "model": "claude-a", "stop_reason": "tool_use", "content": [block]}
        return self._add("assistant", message)

    def result(self, text: str, call: str = "t1", failed: bool = False) -> "Claude":
        block = {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": failed}
        return self._add("user", {"role": "user", "content": [block]})

    def deferred(self, command: str, call: str = "t1", tool: str = "Bash") -> "Claude":
        """A hook said that the call waits for a person: the process ended there."""
        body = {"type": "hook_deferred_tool", "toolUseID": call, "toolName": tool, "toolInput": {"command": command}}
        more = {"hookName": "PreToolUse:Bash", "hookEvent": "PreToolUse"}
        self.records.append({**self._common, "type": "attachment", "attachment": {**body, **more}})
        return self

    def titled(self, text: str) -> "Claude":
        self.records.append({"type": "custom-title", "customTitle": text, "sessionId": self.id})
        return self

    def path(self, person: Path) -> Path:
        folder = "".join(c if c.isalnum() else "-" for c in self.cwd)
        return person / ".claude" / "projects" / folder / f"{self.id}.jsonl"

    def keep(self, person: Path, changed: float | None = None) -> Path:
        """Write it where the program keeps it; its path."""
        return written(self.path(person), self.records, changed)


class Codex:
    """The records of one thread of Codex."""

    def __init__(self, cwd: str = "/w/repo", source: Any = "cli", name: str | None = None) -> None:
        self.id = name or str(uuid.uuid4())
        meta = {"id": self.id, "timestamp": stamp(0), "cwd": cwd, "cli_version": "0.169.0", "source": source}
        self.records: list[Record] = []
        self._add("session_meta", {**meta, "git": {"branch": "main"}, "base_instructions": {"text": "x" * 9000}})
        self._add("turn_context", {"cwd": cwd, "model": "gpt-a"})

    def _add(self, kind: str, payload: Record) -> "Codex":
        at = stamp(len(self.records))
        self.records.append({"timestamp": at, "ordinal": len(self.records), "type": kind, "payload": payload})
        return self

    def _event(self, kind: str, **body: Any) -> "Codex":
        return self._add("event_msg", {"type": kind, **body})

    def prompt(self, text: str) -> "Codex":
        self._event("task_started", turn_id=f"t{len(self.records)}")
        return self._event("user_message", message=text)

    def said(self, text: str, end: bool = True) -> "Codex":
        self._event("agent_message", message=text)
        return self._event("task_complete", last_agent_message=text) if end else self

    def call(self, command: str, call: str = "c1") -> "Codex":
        return self._event("exec_command_begin", call_id=call, command=["bash", "-lc", command])

    def result(self, text: str, code: int = 0, call: str = "c1") -> "Codex":
        return self._event("exec_command_end", call_id=call, exit_code=code, aggregated_output=text)

    def path(self, person: Path) -> Path:
        return person / ".codex" / "sessions" / "2026" / "11" / "20" / f"rollout-2026-11-20T05-00-00-{self.id}.jsonl"

    def keep(self, person: Path, changed: float | None = None) -> Path:
        return written(self.path(person), self.records, changed)


def written(path: Path, records: list[Record], changed: float | None = None) -> Path:
    """Write records as JSON lines; `changed` is when that was, in seconds since the epoch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    if changed is not None:
        os.utime(path, (changed, changed))
    return path


def tree(top: Path) -> str:
    """A hash of every name, size, time and content below `top`: what only looks leaves it as it is."""
    made = hashlib.sha256()
    for path in sorted(top.rglob("*")):
        about = path.lstat()
        made.update(f"{path}|{about.st_mode}|{about.st_size}|{about.st_mtime_ns}\n".encode())
        if path.is_file():
            made.update(path.read_bytes())
    return made.hexdigest()
